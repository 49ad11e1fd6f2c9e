import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createUser: MigrationStep = {
  async up(db, { id, name, millis, integer }, dialect) {
    await createTable(db, dialect, 'user')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('username', name(255), (column) => column.notNull())
      .addColumn('username_key', name(255), (column) => column.notNull())
      .addColumn('role', name(16), (column) => column.notNull())
      .addColumn('disabled_at', millis)
      .addColumn('sign_in_version', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('sessions_started', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('created_at', millis, (column) => column.notNull())
      .execute()
  },
}
