import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createAccessToken: MigrationStep = {
  async up(db, { id, key, json, millis }, dialect) {
    await createTable(db, dialect, 'access_token')
      .addColumn('token_key', key, (column) => column.primaryKey().notNull())
      .addColumn('id', id, (column) => column.notNull())
      .addColumn('family_id', id)
      .addColumn('app_id', id, (column) => column.notNull())
      .addColumn('user_id', id)
      .addColumn('scopes', json, (column) => column.notNull())
      .addColumn('claims', json, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
