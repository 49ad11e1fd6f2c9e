import type { Plugin, PluginContext } from 'grantql/plugin'
import { expect, it } from 'vitest'
import { createRegistry } from '../../src/config/registry.ts'
import { createUser } from '../../src/operations/create-user.ts'
import { pluginContext, requestContext } from '../../src/operations/plugin-context.ts'
import { errorCode, facts, openTestCore } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'

const recording: Plugin = { id: 'recording' }

describeEachDatabase('an audit event of a plugin', (_open, database) => {
  const open = async () => {
    const { core } = await openTestCore(database, { plugins: [recording] })
    const recorded = async () => (await core.audit.list({ limit: 50 })).filter(({ kind }) => kind !== 'user.created')
    return { core, recorded, ctx: pluginContext(core, 'recording') as PluginContext }
  }

  it('is recorded under the plugin’s id, with the request where one is in hand', async () => {
    const { core, recorded, ctx } = await open()
    const { id: userId } = await createUser(core, undefined, { username: 'ada' })
    await ctx.audit.write({ kind: 'thing-made', userId, details: { size: 3 } })
    const request = facts(core)
    await requestContext(core, 'recording', request).audit.write({ kind: 'thing-seen' })
    expect(await recorded()).toMatchObject([
      { kind: 'recording/thing-seen', requestId: request.id },
      { kind: 'recording/thing-made', userId, details: { size: 3 }, requestId: undefined },
    ])
  })

  it('within a transaction is there if and only if that commits', async () => {
    const { recorded, ctx } = await open()
    const work = (outcome: 'kept' | 'lost') =>
      ctx.transaction(async (trx) => {
        await ctx.audit.write({ kind: outcome }, trx)
        if (outcome === 'lost') throw new Error('No.')
      })
    await expect(work('lost')).rejects.toThrow('No.')
    await work('kept')
    expect((await recorded()).map(({ kind }) => kind)).toEqual(['recording/kept'])
  })

  it('cannot be one of core’s', async () => {
    const { core } = await openTestCore(database, { plugins: [{ id: 'token' }] })
    const ctx = pluginContext(core, 'token')
    for (const kind of ['token.issued', '', 'Made', 'a_b']) await expect(ctx.audit.write({ kind })).rejects.toThrow()
    await ctx.audit.write({ kind: 'issued' })
    expect((await core.audit.list({ limit: 50 })).map(({ kind }) => kind)).toEqual(['token/issued'])
    expect(() => createRegistry([{ id: 'core' }], [])).toThrow('GrantQL itself')
  })
})

describeEachDatabase('a sign-in that never answers', (_open, database) => {
  it('when a password is chosen costs that request a 503, and leaves no user', async () => {
    const stuck: Plugin = {
      id: 'stuck',
      signIns: [
        {
          id: 'stuck',
          label: 'Never',
          params: { password: { kind: 'string', description: 'A password.' } },
          verify: async () => undefined,
          enroll: () => new Promise(() => undefined),
        } as unknown as NonNullable<Plugin['signIns']>[number],
      ],
    }
    const { core } = await openTestCore(database, { plugins: [stuck] })
    const made = createUser(core, undefined, { username: 'ada', password: 'a password' })
    expect(await errorCode(made)).toBe('temporarily_unavailable')
    expect(await core.users.byName('ada')).toBeUndefined()
  }, 30_000)
})
