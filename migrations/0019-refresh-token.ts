import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createRefreshToken: MigrationStep = {
  async up(db, { id, name, key, hash, json, millis, binary }, dialect) {
    await createTable(db, dialect, 'refresh_token')
      .addColumn('token_key', key, (column) => column.primaryKey().notNull())
      .addColumn('family_id', id, (column) => column.notNull())
      .addColumn('claims', json, (column) => column.notNull())
      .addColumn('bound_key', name(128))
      .addColumn('consumed_at', millis)
      .addColumn('claim_id', id)
      .addColumn('request_hash', hash)
      .addColumn('sealed_answer', binary)
      .addColumn('successor_key', key)
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
