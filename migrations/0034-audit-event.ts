import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createAuditEvent: MigrationStep = {
  async up(db, { id, name, json, millis }, dialect) {
    await createTable(db, dialect, 'audit_event')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('kind', name(64), (column) => column.notNull())
      .addColumn('app_id', id)
      .addColumn('user_id', id)
      .addColumn('request_id', name(128))
      .addColumn('details', json, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
