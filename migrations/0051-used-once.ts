import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createUsedOnce: MigrationStep = {
  async up(db, { hash, id, millis }, dialect) {
    await createTable(db, dialect, 'used_once')
      .addColumn('use_key', hash, (column) => column.primaryKey().notNull())
      .addColumn('claim_id', id, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
