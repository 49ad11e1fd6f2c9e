import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-client-id': {
    async up(db, columns) {
      await db.schema
        .createTable('processmaker_client_id')
        .ifNotExists()
        .addColumn('client_id', columns.integer, (column) => column.primaryKey().notNull())
        .execute()
    },
  },
  '0002-client-secret': {
    async up(db, columns) {
      await db.schema
        .createTable('processmaker_client_secret')
        .ifNotExists()
        .addColumn('app_id', columns.id, (column) => column.primaryKey().notNull())
        .addColumn('sealed_secret', columns.binary, (column) => column.notNull())
        .addColumn('updated_at', columns.millis, (column) => column.notNull())
        .execute()
    },
  },
}
