import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

export const indexAuditEventByCreatedAt: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'audit_event', columns: ['created_at'] })
  },
}
