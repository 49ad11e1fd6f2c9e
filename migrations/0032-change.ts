import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createChange: MigrationStep = {
  async up(db, { id, name, millis }, dialect) {
    await createTable(db, dialect, 'change')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('kind', name(64), (column) => column.notNull())
      .addColumn('subject', name(255), (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
