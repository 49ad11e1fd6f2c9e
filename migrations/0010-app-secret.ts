import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createAppSecret: MigrationStep = {
  async up(db, { id, hash, millis }, dialect) {
    await createTable(db, dialect, 'app_secret')
      .addColumn('id', id, (column) => column.primaryKey().notNull())
      .addColumn('app_id', id, (column) => column.notNull())
      .addColumn('secret_hash', hash, (column) => column.notNull())
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('expires_at', millis)
      .execute()
  },
}
