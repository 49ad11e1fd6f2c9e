import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createTokenFamily: MigrationStep = {
  async up(db, { id, json, millis, name }, dialect) {
    await createTable(db, dialect, 'token_family')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('app_id', id, (column) => column.notNull())
      .addColumn('user_id', id)
      .addColumn('subject', name(255), (column) => column.notNull())
      .addColumn('scopes', json, (column) => column.notNull())
      .addColumn('authenticated_at', millis)
      .addColumn('methods', json)
      .addColumn('session_id', id)
      .addColumn('asked', json)
      .addColumn('revoked_at', millis)
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
