import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-user-code': {
    async up(db, columns) {
      await db.schema
        .createTable('device_code_user_code')
        .ifNotExists()
        .addColumn('code_key', columns.hash, (column) => column.primaryKey().notNull())
        .addColumn('sealed_handle', columns.binary, (column) => column.notNull())
        .addColumn('opened_by', columns.id)
        .addColumn('expires_at', columns.millis, (column) => column.notNull())
        .execute()
    },
  },
}
