import { randomBytes } from 'node:crypto'
import {
  defineError,
  defineGrant,
  defineOperation,
  definePlugin,
  field,
  InvalidGrant,
  type PluginMigration,
  param,
  setting,
} from 'grantql/plugin'

/** Somebody's magic link: its own table, setting, error, mutation with a REST twin, and grant. What a stranger would write. */
export interface MagicLinkTables {
  magic_link_sent: { token: string; user_id: string; used_at: number | null; created_at: number }
}

const GRANT_TYPE = 'urn:toy:magic-link'

const settings = {
  ttlSeconds: setting.integer({ description: 'Seconds that a link works.', default: 300, minimum: 1, perApp: true }),
}

export const LinkExpired = defineError({
  code: 'link_expired',
  message: 'The link is too old.',
  description: 'Returned when the link is older than it may be.',
  fields: { ageSeconds: field.integer({ description: 'How old it is.' }) },
})

const migrations: Record<string, PluginMigration> = {
  '0001-sent': {
    async up(db, columns) {
      await db.schema
        .createTable('magic_link_sent')
        .ifNotExists()
        .addColumn('token', columns.name(64), (column) => column.primaryKey().notNull())
        .addColumn('user_id', columns.id, (column) => column.notNull())
        .addColumn('used_at', columns.millis)
        .addColumn('created_at', columns.millis, (column) => column.notNull())
        .execute()
    },
  },
}

const sendMagicLink = (send: (username: string, token: string) => void) =>
  defineOperation<MagicLinkTables>()({
    mutation: 'sendMagicLink',
    path: '/oauth/magic-link',
    metadata: 'magic_link_endpoint',
    spec: 'a toy',
    description: 'Sends a link.',
    clientAuth: 'public-allowed',
    grantType: GRANT_TYPE,
    params: { username: param.string({ description: 'Who it goes to.' }) },
    errors: [],
    resultType: 'MagicLink',
    result: { expiresInSeconds: field.integer({ description: 'Seconds that it works.', wireName: 'expires_in' }) },
    async run(ctx, { username }) {
      const user = await ctx.users.findByName(username)
      const token = randomBytes(16).toString('hex')
      if (user) {
        const row = { token, user_id: user.id, used_at: null, created_at: ctx.now().getTime() }
        await ctx.db.insertInto('magic_link_sent').values(row).execute()
        send(username, token)
      }
      return { expiresInSeconds: ctx.setting(settings.ttlSeconds, ctx.app) }
    },
  })

export const magicLinkGrant = defineGrant<MagicLinkTables>()({
  grantType: GRANT_TYPE,
  mutation: 'followMagicLink',
  spec: 'a toy',
  description: 'Turns a link into a token.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    link: param.string({ description: 'What the link carries.', secret: true }),
    scopes: param.scopes({ description: 'What the token may do.' }),
  },
  errors: [InvalidGrant, LinkExpired],
  async exchange(ctx, { link, scopes }) {
    const row = await ctx.db.selectFrom('magic_link_sent').selectAll().where('token', '=', link).executeTakeFirst()
    if (!row || row.used_at !== null) throw new InvalidGrant()
    const ageSeconds = Math.floor((ctx.now().getTime() - row.created_at) / 1000)
    if (ageSeconds > ctx.setting(settings.ttlSeconds, ctx.app)) throw new LinkExpired({ ageSeconds })
    return {
      subject: { userId: row.user_id },
      scopes: ctx.narrowScopes(scopes),
      refreshable: true,
      redeems: ctx.redemption(async (trx) => {
        const used = await trx
          .updateTable('magic_link_sent')
          .set({ used_at: ctx.now().getTime() })
          .where('token', '=', link)
          .where('used_at', 'is', null)
          .executeTakeFirst()
        return used.numUpdatedRows === 1n
      }, InvalidGrant),
    }
  },
})

export const magicLink = (options: { send(username: string, token: string): void }) =>
  definePlugin<MagicLinkTables>()({
    id: 'magic-link',
    settings,
    tables: ['magic_link_sent'],
    migrations,
    grants: [magicLinkGrant],
    operations: [sendMagicLink(options.send)],
    scopes: [{ name: 'letters', description: 'Read your letters' }],
    metadata: () => ({ magic_link_supported: true }),
  })
