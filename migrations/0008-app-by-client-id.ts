import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexAppByClientId: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'app', columns: ['client_id'], unique: true })
  },
}
