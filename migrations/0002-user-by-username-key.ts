import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexUserByUsernameKey: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'user', columns: ['username_key'], unique: true })
  },
}
