import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createApproval: MigrationStep = {
  async up(db, { id, name, key, json, millis, integer }, dialect) {
    await createTable(db, dialect, 'approval')
      .addColumn('code_key', key, (column) => column.primaryKey().notNull())
      .addColumn('handle_key', key, (column) => column.notNull())
      .addColumn('app_id', id, (column) => column.notNull())
      .addColumn('grant_type', name(255), (column) => column.notNull())
      .addColumn('status', name(16), (column) => column.notNull())
      .addColumn('requested_scopes', json, (column) => column.notNull())
      .addColumn('granted_scopes', json)
      .addColumn('user_id', id)
      .addColumn('authenticated_at', millis)
      .addColumn('methods', json)
      .addColumn('session_id', id)
      .addColumn('details', json, (column) => column.notNull())
      .addColumn('failed_proofs', integer, (column) => column.notNull())
      .addColumn('family_id', id)
      .addColumn('claim_id', id)
      .addColumn('created_at', millis, (column) => column.notNull())
      .addColumn('decided_at', millis)
      .addColumn('claimed_at', millis)
      .addColumn('expires_at', millis, (column) => column.notNull())
      .addColumn('purge_at', millis, (column) => column.notNull())
      .execute()
  },
}
