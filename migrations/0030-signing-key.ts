import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createSigningKey: MigrationStep = {
  async up(db, { id, name, json, millis, binary }, dialect) {
    await createTable(db, dialect, 'signing_key')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('algorithm', name(32), (column) => column.notNull())
      .addColumn('public_jwk', json, (column) => column.notNull())
      .addColumn('sealed_private_jwk', binary, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('active_at', millis, (column) => column.notNull())
      .addColumn('retiring_at', millis)
      .addColumn('retired_at', millis)
      .execute()
  },
}
