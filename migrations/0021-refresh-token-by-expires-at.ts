import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexRefreshTokenByExpiresAt: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'refresh_token', columns: ['expires_at'] })
  },
}
