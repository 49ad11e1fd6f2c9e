import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexTokenFamilyByExpiresAt: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'token_family', columns: ['expires_at'] })
  },
}
