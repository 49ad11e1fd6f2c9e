/** A whole plugin as a stranger would write it: docs/write-a-grant.md walks through it. */
import { createHash, randomBytes } from 'node:crypto'
import {
  defineError,
  defineGrant,
  defineOperation,
  definePlugin,
  field,
  InvalidGrant,
  type PluginContext,
  type PluginMigration,
  param,
  setting,
} from 'grantql/plugin'

const GRANT_TYPE = 'urn:example:magic-link'

const hashOf = (link: string): Buffer => createHash('sha256').update(link).digest()

// #region table
export interface MagicLinkTables {
  magic_link: { link_hash: Buffer; app_id: string; user_id: string; sent_at: number; used_at: number | null }
}

const migrations: Record<string, PluginMigration> = {
  '0001-magic-link': {
    async up(db, columns) {
      await db.schema
        .createTable('magic_link')
        .ifNotExists()
        .addColumn('link_hash', columns.hash, (column) => column.primaryKey().notNull())
        .addColumn('app_id', columns.id, (column) => column.notNull())
        .addColumn('user_id', columns.id, (column) => column.notNull())
        .addColumn('sent_at', columns.millis, (column) => column.notNull())
        .addColumn('used_at', columns.millis)
        .execute()
    },
  },
}
// #endregion

// #region setting
const settings = {
  ttlSeconds: setting.integer({
    description: 'Seconds that a link works.',
    default: 300,
    minimum: 30,
    maximum: 3600,
    perApp: true,
  }),
}
// #endregion

// #region error
export const LinkExpired = defineError({
  code: 'link_expired',
  message: 'The link is too old.',
  description: 'Returned when the link is older than it may be.',
  fields: { ageSeconds: field.integer({ description: 'How old it is, in seconds.' }) },
})
// #endregion

// #region operation
/** Brings a link to its user: a letter, a message. */
export type SendLink = (username: string, link: string) => Promise<void>

const sendMagicLink = (send: SendLink) =>
  defineOperation<MagicLinkTables>()({
    mutation: 'sendMagicLink',
    path: '/oauth/magic-link',
    metadata: 'magic_link_endpoint',
    spec: 'https://example.com/magic-link',
    description: 'Sends a user a link that the app can turn into a token.',
    clientAuth: 'required',
    grantType: GRANT_TYPE,
    params: { username: param.string({ description: 'Who it goes to.', maxLength: 64 }) },
    errors: [],
    resultType: 'MagicLink',
    result: { expiresInSeconds: field.integer({ description: 'Seconds that it works.', wireName: 'expires_in' }) },
    async run(ctx, { username }) {
      const user = await ctx.users.findByName(username)
      // Whether there is such a user is not said.
      if (user && !user.disabledAt) {
        const link = randomBytes(32).toString('base64url')
        const row = { link_hash: hashOf(link), app_id: ctx.app.id, user_id: user.id, sent_at: ctx.now().getTime() }
        await ctx.db
          .insertInto('magic_link')
          .values({ ...row, used_at: null })
          .execute()
        await send(user.username, link)
      }
      return { expiresInSeconds: ctx.setting(settings.ttlSeconds, ctx.app) }
    },
  })
// #endregion

// #region grant
export const magicLinkGrant = defineGrant<MagicLinkTables>()({
  grantType: GRANT_TYPE,
  mutation: 'followMagicLink',
  spec: 'https://example.com/magic-link',
  description: 'Turns a link into a token. It works once.',
  clientAuth: 'required',
  forUsers: true,
  params: {
    link: param.string({ description: 'What the link carries.', secret: true }),
    scopes: param.scopes({ description: 'What the token may do. Left out: all that the app may.' }),
  },
  errors: [InvalidGrant, LinkExpired],
  async exchange(ctx, { link, scopes }) {
    const hash = hashOf(link)
    const row = await ctx.db.selectFrom('magic_link').selectAll().where('link_hash', '=', hash).executeTakeFirst()
    if (!row || row.app_id !== ctx.app.id || row.used_at !== null) throw new InvalidGrant()
    const ageSeconds = Math.floor((ctx.now().getTime() - row.sent_at) / 1000)
    if (ageSeconds >= ctx.setting(settings.ttlSeconds, ctx.app)) throw new LinkExpired({ ageSeconds })
    return {
      subject: { userId: row.user_id },
      scopes: ctx.narrowScopes(scopes),
      refreshable: true,
      redeems: ctx.redemption(async (trx) => {
        const used = await trx
          .updateTable('magic_link')
          .set({ used_at: ctx.now().getTime() })
          .where('link_hash', '=', hash)
          .where('used_at', 'is', null)
          .executeTakeFirst()
        return used.numUpdatedRows === 1n
      }, InvalidGrant),
    }
  },
})
// #endregion

// #region plugin
export const magicLink = ({ send }: { readonly send: SendLink }) =>
  definePlugin<MagicLinkTables>()({
    id: 'magic-link',
    settings,
    tables: ['magic_link'],
    migrations,
    operations: [sendMagicLink(send)],
    grants: [magicLinkGrant],
    jobs: [{ id: 'forget', everySeconds: 3600, run: forgetOldLinks }],
  })

/** Longer than any setting lets a link live, so that the table stays small. */
const KEPT_MS = 24 * 60 * 60 * 1000

async function forgetOldLinks({ db, now }: PluginContext<MagicLinkTables>): Promise<void> {
  await db
    .deleteFrom('magic_link')
    .where('sent_at', '<', now().getTime() - KEPT_MS)
    .execute()
}
// #endregion
