import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createUser: MigrationStep = {
  async up(db, { id, name, millis }, dialect) {
    await createTable(db, dialect, 'user')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('username', name(255), (column) => column.notNull())
      .addColumn('username_key', name(255), (column) => column.notNull())
      .addColumn('role', name(16), (column) => column.notNull())
      .addColumn('disabled_at', millis)
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
