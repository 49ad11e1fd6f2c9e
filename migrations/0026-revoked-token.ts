import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createRevokedToken: MigrationStep = {
  async up(db, { name, millis }, dialect) {
    await createTable(db, dialect, 'revoked_token')
      .addColumn('token_id', name(128), (column) => column.primaryKey().notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
