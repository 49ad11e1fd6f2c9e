import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createPace: MigrationStep = {
  async up(db, { key, millis, integer }, dialect) {
    await createTable(db, dialect, 'pace')
      .addColumn('pace_key', key, (column) => column.primaryKey().notNull())
      .addColumn('last_at', millis, (column) => column.notNull())
      .addColumn('interval_seconds', integer, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
