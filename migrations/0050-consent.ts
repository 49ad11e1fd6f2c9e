import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createConsent: MigrationStep = {
  async up(db, { id, name, millis }, dialect) {
    await createTable(db, dialect, 'consent')
      .addColumn('user_id', id, (column) => column.notNull())
      .addColumn('app_id', id, (column) => column.notNull())
      .addColumn('scope', name(255), (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .addPrimaryKeyConstraint('consent_key', ['user_id', 'app_id', 'scope'])
      .execute()
  },
}
