import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createGuess: MigrationStep = {
  async up(db, { hash, integer, millis }, dialect) {
    await createTable(db, dialect, 'guess')
      .addColumn('guess_key', hash, (column) => column.primaryKey().notNull())
      .addColumn('counted', integer, (column) => column.notNull())
      .addColumn('refused_at', millis)
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
