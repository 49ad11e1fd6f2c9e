import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createServerKey: MigrationStep = {
  async up(db, { name, millis, binary }, dialect) {
    await createTable(db, dialect, 'server_key')
      .addColumn('name', name(64), (column) => column.primaryKey().notNull())
      .addColumn('sealed', binary, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
