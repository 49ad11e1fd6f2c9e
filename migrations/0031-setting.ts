import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createSetting: MigrationStep = {
  async up(db, { name, json, millis }, dialect) {
    await createTable(db, dialect, 'setting')
      .addColumn('name', name(190), (column) => column.primaryKey().notNull())
      .addColumn('value', json, (column) => column.notNull())
      .addColumn('updated_at', millis, (column) => column.notNull())
      .execute()
  },
}
