import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createOutbox: MigrationStep = {
  async up(db, { id, name, json, millis, integer }, dialect) {
    await createTable(db, dialect, 'outbox')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('kind', name(128), (column) => column.notNull())
      .addColumn('payload', json, (column) => column.notNull())
      .addColumn('attempts', integer, (column) => column.notNull())
      .addColumn('due_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
