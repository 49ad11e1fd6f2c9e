import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-request': {
    async up(db, columns) {
      await db.schema
        .createTable('pushed_authorization_request')
        .ifNotExists()
        .addColumn('request_key', columns.key, (column) => column.primaryKey().notNull())
        .addColumn('app_id', columns.id, (column) => column.notNull())
        .addColumn('params', columns.json, (column) => column.notNull())
        .addColumn('used_at', columns.millis)
        .execute()
    },
  },
}
