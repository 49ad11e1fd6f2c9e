import type { PluginMigration } from 'grantql/plugin'

export const migrations: Record<string, PluginMigration> = {
  '0001-session-app': {
    async up(db, columns) {
      await db.schema
        .createTable('openid_session_app')
        .ifNotExists()
        .addColumn('session_id', columns.id, (column) => column.notNull())
        .addColumn('app_id', columns.id, (column) => column.notNull())
        .addColumn('subject', columns.name(255), (column) => column.notNull())
        .addColumn('expires_at', columns.millis, (column) => column.notNull())
        .addPrimaryKeyConstraint('openid_session_app_key', ['session_id', 'app_id'])
        // The sweep goes by it: MySQL knows no index that is made once and again.
        .addUniqueConstraint('openid_session_app_by_end', ['expires_at', 'session_id', 'app_id'])
        .execute()
    },
  },
}
