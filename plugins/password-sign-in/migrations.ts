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
}
