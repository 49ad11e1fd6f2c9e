import type { MigrationStep } from '../src/storage/migrate.ts'
import { createTable } from '../src/storage/schema-steps.ts'

export const createUserProfile: MigrationStep = {
  async up(db, { id, name, json, millis, integer }, dialect) {
    await createTable(db, dialect, 'user_profile')
      .addColumn('user_id', id, (column) => column.primaryKey().notNull())
      .addColumn('name', name(255))
      .addColumn('given_name', name(255))
      .addColumn('family_name', name(255))
      .addColumn('middle_name', name(255))
      .addColumn('nickname', name(255))
      .addColumn('preferred_username', name(255))
      .addColumn('profile', name(2000))
      .addColumn('picture', name(2000))
      .addColumn('website', name(2000))
      .addColumn('email', name(255))
      .addColumn('verified_email_key', name(255))
      .addColumn('gender', name(64))
      .addColumn('birthdate', name(10))
      .addColumn('zoneinfo', name(64))
      .addColumn('locale', name(64))
      .addColumn('phone_number', name(16))
      .addColumn('phone_number_verified', integer, (column) => column.notNull())
      .addColumn('address', json)
      .addColumn('updated_at', millis, (column) => column.notNull())
      .execute()
  },
}
