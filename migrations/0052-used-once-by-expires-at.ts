import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexUsedOnceByExpiresAt: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'used_once', columns: ['expires_at'] })
  },
}
