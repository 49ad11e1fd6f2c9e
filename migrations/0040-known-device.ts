import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createKnownDevice: MigrationStep = {
  async up(db, { hash, id, millis }, dialect) {
    await createTable(db, dialect, 'known_device')
      .addColumn('device_key', hash, (column) => column.primaryKey().notNull())
      .addColumn('user_id', id, (column) => column.notNull())
      .addColumn('expires_at', millis, (column) => column.notNull())
      .execute()
  },
}
