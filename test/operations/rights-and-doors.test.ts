import { definePlugin, InvalidClient, type Plugin } from 'grantql/plugin'
import { createTestServer } from 'grantql/testing'
import { describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import type { App } from '../../src/apps/app.ts'
import { updateApp } from '../../src/operations/change-app.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { approve } from '../../src/operations/decide-approval.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { CODE, errorCode, exchange, openTestCore, run, signedInUser, testApp } from '../support/core.ts'
import { databases } from '../support/database.ts'

const scopes = [{ name: 'read', description: 'Read your data' }]

describe.each(databases)('what an admin decided stays decided ($name)', (database) => {
  it('an owner does not enable an app that an admin disabled', async () => {
    const { core } = await openTestCore(database)
    const owner = await signedInUser(core)
    const admin = await signedInUser(core, 'admin')
    const { app } = await createApp(core, owner.user, { name: 'Mine', type: 'confidential' })
    await updateApp(core, admin.user, app.id, { isDisabled: true })
    expect(await errorCode(updateApp(core, owner.user, app.id, { isDisabled: false }))).toBe('invalid_input')
  })

  it('a rename at the same time does not undo a ban', async () => {
    const { core } = await openTestCore(database)
    const owner = await signedInUser(core)
    const admin = await signedInUser(core, 'admin')
    for (let round = 0; round < 20; round++) {
      const { app } = await createApp(core, owner.user, { name: 'Mine', type: 'confidential' })
      await Promise.all([
        updateApp(core, owner.user, app.id, { name: 'Renamed' }),
        updateApp(core, admin.user, app.id, { isDisabled: true }),
      ])
      const now = await core.apps.byId(app.id)
      expect(now?.disabledAt).toBeDefined()
      expect(now?.name).toBe('Renamed')
    }
  })

  it('a change and the note for the other nodes are one transaction', async () => {
    const { core } = await openTestCore(database)
    const app = await testApp(core)
    const failing = core.changes.commit('app', app.app.id, async (trx) => {
      await trx.updateTable('app').set({ name: 'Half' }).where('id', '=', app.app.id).execute()
      throw new Error('in between')
    })
    await expect(failing).rejects.toThrow('in between')
    expect((await core.apps.byId(app.app.id))?.name).toBe('Test')
  })

  it('lists cannot grow beyond what one app may have, nor hold the same thing twice', async () => {
    const { core } = await openTestCore(database)
    const owner = await signedInUser(core)
    const { app } = await createApp(core, owner.user, { name: 'Mine', type: 'confidential', scopes: ['read'] })
    const uris = (count: number) => Array.from({ length: count }, (_, index) => `https://rp.example/${index}`)
    await updateApp(core, owner.user, app.id, { redirectUris: uris(50) })
    expect(await errorCode(updateApp(core, owner.user, app.id, { redirectUris: uris(51) }))).toBe('invalid_input')
    expect((await updateApp(core, owner.user, app.id, { scopes: Array(500).fill('read') })).scopes).toEqual(['read'])
  })

  it.each(['\u202ebank', 'ba\u200bnk', 'a\nb'])(
    'a name that deceives whoever reads it is refused: %j',
    async (name) => {
      const { core } = await openTestCore(database)
      const owner = await signedInUser(core)
      expect(await errorCode(createApp(core, owner.user, { name, type: 'confidential' }))).toBe('invalid_input')
    },
  )

  it('a scope that the app lost between the yes and the claim is not given', async () => {
    const { core } = await openTestCore(database)
    const app = await testApp(core)
    const { code: claimed, handle } = await run(core, app, 'requestCode', { scope: 'read write' })
    await approve(core, await signedInUser(core), String(handle))
    await core.apps.update({ ...app.app, scopes: ['read'] } as App, app.app)
    expect((await exchange(core, app, CODE, { code: String(claimed) })).scopes).toEqual(['read'])
  })
})

describe('the plugin door keeps its promises for every hook', () => {
  it.each(['signing', 'app', 'access', 'password'])(
    'a plugin called %s sees no table of core or of another plugin',
    async (id) => {
      const { core } = await openTestCore(databases[0] as (typeof databases)[number], {
        plugins: [clientCredentials(), code(), definePlugin()({ id })],
      })
      const db = pluginContext(core, id).db as unknown as typeof core.database.db
      for (const table of ['signing_key', 'app_secret', 'access_token'] as const) {
        await expect(db.selectFrom(table).selectAll().execute()).rejects.toThrow(/not its own/)
      }
    },
  )

  it('a companion of another plugin is given its own context', async () => {
    const companion = definePlugin<{ companion_row: { id: string } }>()({
      id: 'companion',
      tables: ['companion_row'],
      migrations: {
        '0001-row': {
          up: (db, columns) =>
            db.schema
              .createTable('companion_row')
              .ifNotExists()
              .addColumn('id', columns.id, (column) => column.primaryKey().notNull())
              .execute(),
        },
      },
      tokenCompanions: [
        {
          field: 'note',
          description: 'A note.',
          issue: async (ctx) => `rows: ${(await ctx.db.selectFrom('companion_row').selectAll().execute()).length}`,
        },
      ],
    })
    const server = await createTestServer({ plugins: [clientCredentials(), companion], scopes })
    const app = await server.createApp({ grants: ['client_credentials'], scopes: ['read'] })
    const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.clientSecret ?? '' }
    expect((await server.form('/oauth/token', form)).body.note).toBe('rows: 0')
    await server.close()
  })

  it('a method of client authentication and apps that are not rows come from plugins', async () => {
    let resolved: App | undefined
    const plugin: Plugin = definePlugin()({
      id: 'toy-clients',
      clientAuth: [
        {
          method: 'toy_signature',
          recognises: (params) => params.all('toy_signature').length > 0,
          async authenticate(_ctx, params) {
            if (params.all('toy_signature')[0] !== 'good') throw new InvalidClient()
            return 'https://app.example/metadata'
          },
        },
      ],
      appResolvers: [
        { id: 'toy', recognises: (clientId) => clientId.startsWith('https://'), resolve: async () => resolved },
      ],
    })
    const server = await createTestServer({ plugins: [clientCredentials(), plugin], scopes })
    const { app } = await server.createApp({ grants: ['client_credentials'], scopes: ['read'] })
    resolved = { ...app, clientId: 'https://app.example/metadata' }
    const ask = (toy_signature: string) =>
      server.form('/oauth/token', { grant_type: 'client_credentials', toy_signature })
    expect(await ask('good')).toMatchObject({ status: 200 })
    expect(await ask('bad')).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const metadata = await (await server.fetch('/.well-known/oauth-authorization-server')).json()
    expect(metadata).toMatchObject({ token_endpoint_auth_methods_supported: expect.arrayContaining(['toy_signature']) })
    await server.close()
  })
})
