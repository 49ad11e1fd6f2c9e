import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createSession: MigrationStep = {
  async up(db, { id, key, json, millis, name }, dialect) {
    await createTable(db, dialect, 'session')
      .addColumn('token_key', key, (column) => column.primaryKey().notNull())
      .addColumn('id', id, (column) => column.notNull())
      .addColumn('user_id', id, (column) => column.notNull())
      .addColumn('authenticated_at', millis, (column) => column.notNull())
      .addColumn('methods', json, (column) => column.notNull())
      .addColumn('user_agent', name(255))
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
