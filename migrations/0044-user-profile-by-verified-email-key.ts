import type { MigrationStep } from '../src/storage/migrate.ts'
import { createIndex } from '../src/storage/schema-steps.ts'

/** Unique, and NULL where nothing is verified: any number may claim an address, and one has it verified. */
export const indexUserProfileByVerifiedEmailKey: MigrationStep = {
  async up(db, _columns, dialect) {
    await createIndex(db, dialect, { table: 'user_profile', columns: ['verified_email_key'], unique: true })
  },
}
