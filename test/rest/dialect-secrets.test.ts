import { randomBytes } from 'node:crypto'
import { definePlugin } from 'grantql/plugin'
import { expect, it } from 'vitest'
import { deleteApp, rotateAppSecret } from '../../src/operations/change-app.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { describeEachServer } from '../support/server.ts'

interface Tables {
  attic_secret: { app_id: string; sealed: Buffer }
}

/** A system that shows its secrets again. */
const attic = (fails: { now: boolean }) =>
  definePlugin<Tables>()({
    id: 'attic',
    tables: ['attic_secret'],
    migrations: {
      '0001-secret': {
        async up(db, columns) {
          await db.schema
            .createTable('attic_secret')
            .ifNotExists()
            .addColumn('app_id', columns.id, (column) => column.primaryKey().notNull())
            .addColumn('sealed', columns.binary, (column) => column.notNull())
            .execute()
        },
      },
    },
    dialect: {
      id: 'attic',
      mintClientSecret: () => randomBytes(20).toString('hex'),
      async keepClientSecret(ctx, trx, { id }, secret) {
        if (fails.now) throw new Error('the attic is full')
        await trx.deleteFrom('attic_secret').where('app_id', '=', id).execute()
        if (secret === undefined) return
        await trx
          .insertInto('attic_secret')
          .values({ app_id: id, sealed: ctx.secrets.seal(secret, id) })
          .execute()
      },
    },
  })

const fails = { now: false }

describeEachServer(
  'secrets that a dialect keeps',
  () => ({ plugins: [attic(fails)] }),
  (server) => {
    const admin = { id: undefined, role: 'admin' } as const
    const kept = async (appId: string) => {
      const ctx = pluginContext(server().core, 'attic')
      const rows = await server()
        .core.database.db.selectFrom('attic_secret' as never)
        .selectAll()
        .where('app_id' as never, '=', appId as never)
        .execute()
      return (rows as unknown as Tables['attic_secret'][]).map(({ sealed }) => ctx.secrets.unseal(sealed, appId))
    }

    it('the first one, then the newest, until the app is deleted', async () => {
      const { app, clientSecret } = await server().createApp({ dialect: 'attic' })
      expect(await kept(app.id)).toEqual([clientSecret])
      const rotated = await rotateAppSecret(server().core, admin, app.id)
      expect(await kept(app.id)).toEqual([rotated.clientSecret])
      await deleteApp(server().core, admin, app.id)
      expect(await kept(app.id)).toEqual([])
    })

    it('one that cannot be kept is not given out: all or nothing', async () => {
      const { app, clientSecret = '' } = await server().createApp({ dialect: 'attic' })
      fails.now = true
      try {
        await expect(rotateAppSecret(server().core, admin, app.id, 0)).rejects.toThrow('the attic is full')
        await expect(server().createApp({ dialect: 'attic' })).rejects.toThrow('the attic is full')
        await expect(deleteApp(server().core, admin, app.id)).rejects.toThrow('the attic is full')
      } finally {
        fails.now = false
      }
      expect(await kept(app.id)).toEqual([clientSecret])
      const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: clientSecret }
      expect((await server().form('/oauth/token', form)).status).toBe(200)
    })
  },
)
