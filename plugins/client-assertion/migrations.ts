import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-secret': {
    async up(db, columns) {
      await db.schema
        .createTable('client_assertion_secret')
        .ifNotExists()
        .addColumn('app_id', columns.id, (column) => column.notNull())
        .addColumn('id', columns.id, (column) => column.notNull())
        .addColumn('sealed_secret', columns.binary, (column) => column.notNull())
        .addColumn('created_at', columns.millis, (column) => column.notNull())
        .addColumn('expires_at', columns.millis)
        .addPrimaryKeyConstraint('client_assertion_secret_key', ['app_id', 'id'])
        .execute()
    },
  },
}
