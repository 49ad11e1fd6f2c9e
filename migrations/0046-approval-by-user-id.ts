import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexApprovalByUserId: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'approval', columns: ['user_id'] })
  },
}
