import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexAppSecretByExpiresAt: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'app_secret', columns: ['expires_at'] })
  },
}
