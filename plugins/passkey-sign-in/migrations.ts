import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-credential': {
    async up(db, columns) {
      await db.schema
        .createTable('passkey_sign_in_credential')
        .ifNotExists()
        .addColumn('credential_hash', columns.hash, (column) => column.primaryKey().notNull())
        .addColumn('credential_id', columns.binary, (column) => column.notNull())
        .addColumn('user_id', columns.id, (column) => column.notNull())
        .addColumn('public_key', columns.binary, (column) => column.notNull())
        .addColumn('counter', columns.millis, (column) => column.notNull())
        .addColumn('transports', columns.json, (column) => column.notNull())
        .addColumn('label', columns.name(64), (column) => column.notNull())
        .addColumn('created_at', columns.millis, (column) => column.notNull())
        .addColumn('last_used_at', columns.millis)
        // The passkeys of a user are looked up by it: MySQL knows no index that is made once and again.
        .addUniqueConstraint('passkey_sign_in_credential_of_user', ['user_id', 'credential_hash'])
        .execute()
    },
  },
  '0002-challenge': {
    async up(db, columns) {
      await db.schema
        .createTable('passkey_sign_in_challenge')
        .ifNotExists()
        .addColumn('challenge_key', columns.key, (column) => column.primaryKey().notNull())
        .addColumn('user_id', columns.id)
        .execute()
    },
  },
}
