import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createApp: MigrationStep = {
  async up(db, { id, name, json, millis, integer }, dialect) {
    await createTable(db, dialect, 'app')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('client_id', name(255), (column) => column.notNull())
      .addColumn('name', name(255), (column) => column.notNull())
      .addColumn('type', name(16), (column) => column.notNull())
      .addColumn('owner_id', id)
      .addColumn('dialect', name(64))
      .addColumn('grants', json, (column) => column.notNull())
      .addColumn('scopes', json, (column) => column.notNull())
      .addColumn('redirect_uris', json, (column) => column.notNull())
      .addColumn('is_vouched', integer, (column) => column.notNull())
      .addColumn('privileges', json, (column) => column.notNull())
      .addColumn('settings', json, (column) => column.notNull())
      .addColumn('token_format', name(16), (column) => column.notNull())
      .addColumn('disabled_at', millis)
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('updated_at', millis, (column) => column.notNull())
      .execute()
  },
}
