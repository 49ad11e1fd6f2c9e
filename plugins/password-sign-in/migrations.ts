import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-credential': {
    async up(db, columns) {
      await db.schema
        .createTable('password_sign_in_credential')
        .ifNotExists()
        .addColumn('user_id', columns.id, (column) => column.primaryKey().notNull())
        .addColumn('phc', columns.name(255), (column) => column.notNull())
        .addColumn('updated_at', columns.millis, (column) => column.notNull())
        .execute()
    },
  },
  '0002-invitation': {
    async up(db, columns) {
      await db.schema
        .createTable('password_sign_in_invitation')
        .ifNotExists()
        .addColumn('token_key', columns.key, (column) => column.primaryKey().notNull())
        .addColumn('username', columns.name(64), (column) => column.notNull())
        .addColumn('role', columns.name(8), (column) => column.notNull())
        .addColumn('email', columns.name(255))
        .addColumn('invited_by', columns.id)
        .addColumn('used_at', columns.millis)
        .addColumn('expires_at', columns.millis, (column) => column.notNull())
        .execute()
    },
  },
}
