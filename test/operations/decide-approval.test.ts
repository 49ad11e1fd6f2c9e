import { createHash } from 'node:crypto'
import { formParams, type PersonsDecision, type Plugin } from 'grantql/plugin'
import { expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { code } from '../../plugins/code/index.ts'
import { decideByHandle } from '../../src/operations/decide-by-handle.ts'
import { findByHandle } from '../../src/operations/find-approval.ts'
import { openApproval } from '../../src/operations/open-approval.ts'
import { openAuthorization } from '../../src/operations/open-authorization.ts'
import { errorCode, exchange, facts, openTestCore, signedInUser, testApp } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'

const VERIFIER = 'v'.repeat(43)
const CALLBACK = 'https://app.example/cb'

/** What observers of plugins have been shown. */
function watching() {
  const seen: object[] = []
  const plugin: Plugin = { id: 'watching', on: { approvalDecided: ({ approval }) => void seen.push(approval) } }
  return { plugin, seen }
}

describeEachDatabase('a decision about what an app asks through the browser', (_open, database) => {
  const open = async (plugins: readonly Plugin[] = []) => {
    const { core } = await openTestCore(database, { plugins: [authorizationCode(), code(), ...plugins] })
    const app = await testApp(core, 'confidential', { grants: ['authorization_code'] })
    await core.apps.update({ ...app.app, redirectUris: [CALLBACK] })
    const decider = await signedInUser(core)
    const ask = async (more: Record<string, string> = {}) => {
      const query = new URLSearchParams({
        client_id: app.app.clientId,
        response_type: 'code',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
        ...more,
      })
      const opened = await openAuthorization(core, formParams(query), facts(core))
      if (opened.status !== 'opened') throw new Error('It was answered at once.')
      return opened.approveUrl.pathname.split('/').at(-1) ?? ''
    }
    const decide = async (handle: string, decision: PersonsDecision) => {
      const found = await findByHandle(core, handle, decider)
      if (!found) throw new Error('There is no such approval.')
      return decideByHandle(core, decider, handle, found, decision, facts(core))
    }
    const approve = (handle: string) => decide(handle, { approves: ['read'] })
    const claim = (claimed: string | undefined) =>
      exchange(core, app, 'authorization_code', { code: claimed ?? '', code_verifier: VERIFIER })
    return { core, app, decider, ask, decide, approve, claim }
  }

  it('is made together with the yes that is remembered, or not at all', async () => {
    const { core, app, decider, ask, approve, claim } = await open()
    const { schema } = core.database.db
    const handle = await ask()
    await schema.alterTable('consent').renameTo('consent_gone').execute()
    await expect(approve(handle)).rejects.toThrow()
    expect((await core.approvals.byHandle(handle))?.status).toBe('pending')
    await schema.alterTable('consent_gone').renameTo('consent').execute()
    const { answer, approval } = await approve(handle)
    expect(approval).toMatchObject({ status: 'approved', userId: decider.user.id, grantedScopes: ['read'] })
    expect((await claim(answer?.members.code)).scopes).toEqual(['read'])
    expect(await core.consents.scopes(decider.user.id, app.app.id)).toEqual(['read'])
  })

  it('is the newest word on what was asked: what it leaves out is remembered no more, the rest stays', async () => {
    const { core, app, decider, ask, decide } = await open()
    const remembered = () => core.consents.scopes(decider.user.id, app.app.id)
    await decide(await ask({ scope: 'read write' }), { approves: ['read', 'write'] })
    expect([...(await remembered())].sort()).toEqual(['read', 'write'])
    await decide(await ask({ scope: 'read write' }), { approves: ['read'] })
    expect(await remembered()).toEqual(['read'])
    await decide(await ask({ scope: 'write' }), { denies: true })
    expect(await remembered()).toEqual(['read'])
    await decide(await ask({ scope: 'read write' }), { denies: true })
    expect(await remembered()).toEqual([])
  })

  it('shrinks what is remembered together with it, or not at all', async () => {
    const { core, app, decider, ask, decide } = await open()
    await decide(await ask(), { approves: ['read', 'write'] })
    const handle = await ask()
    await core.database.db.schema.alterTable('audit_event').renameTo('audit_event_gone').execute()
    await expect(decide(handle, { denies: true })).rejects.toThrow()
    await core.database.db.schema.alterTable('audit_event_gone').renameTo('audit_event').execute()
    expect([...(await core.consents.scopes(decider.user.id, app.app.id))].sort()).toEqual(['read', 'write'])
  })

  it('no to a device takes nothing from what was said yes to in the browser', async () => {
    const { core, app, decider, decide } = await open()
    await core.consents.remember(decider.user.id, app.app.id, ['read'])
    const { handle } = await openApproval(core, {
      app: app.app,
      grantType: 'urn:grantql:params:oauth:grant-type:code',
      scopes: ['read'],
      details: {},
      ttlSeconds: 60,
    })
    await decide(handle, { denies: true })
    expect(await core.consents.scopes(decider.user.id, app.app.id)).toEqual(['read'])
  })

  it('is on record with it', async () => {
    const { core, decider, ask, approve } = await open()
    const handle = await ask()
    await core.database.db.schema.alterTable('audit_event').renameTo('audit_event_gone').execute()
    await expect(approve(handle)).rejects.toThrow()
    await core.database.db.schema.alterTable('audit_event_gone').renameTo('audit_event').execute()
    expect((await core.approvals.byHandle(handle))?.status).toBe('pending')
    await approve(handle)
    const events = await core.audit.list({ limit: 20 })
    expect(events.filter(({ kind }) => kind === 'approval.approved')).toMatchObject([
      { userId: decider.user.id, details: { scopes: ['read'] } },
    ])
  })

  it('twenty at once give one code, and one remembered yes', async () => {
    const { core, app, decider, ask, approve, claim } = await open()
    const handle = await ask()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => approve(handle).catch((error: { code: string }) => error.code)),
    )
    const codes = outcomes.filter((outcome) => typeof outcome !== 'string').map(({ answer }) => answer?.members.code)
    expect(codes).toHaveLength(1)
    expect(new Set(outcomes.filter((outcome) => typeof outcome === 'string'))).toEqual(new Set(['already_decided']))
    expect(await errorCode(claim(codes[0]))).toBe('no error')
    expect(await core.consents.scopes(decider.user.id, app.app.id)).toEqual(['read'])
  })

  it('shows plugins what the door names of an approval, and no key of it', async () => {
    const { plugin, seen } = watching()
    const asked: object[] = []
    const looking: Plugin = {
      id: 'looking',
      jobs: [
        {
          id: 'look',
          everySeconds: 60,
          async run(ctx) {
            asked.push({ ...(await ctx.approvals.findByHandle(handle)) })
          },
        },
      ],
    }
    let handle = ''
    const { core, ask, approve } = await open([plugin, looking])
    handle = await ask()
    await approve(handle)
    const { pluginContext } = await import('../../src/operations/plugin-context.ts')
    await core.registry.jobs.find(({ id }) => id === 'look')?.run(pluginContext(core, 'looking'))
    for (const shown of [...seen, ...asked]) {
      expect(shown).toMatchObject({ status: 'approved' })
      for (const hidden of ['codeKey', 'handleKey', 'familyId', 'failedProofs'])
        expect(shown).not.toHaveProperty(hidden)
    }
    expect([seen.length, asked.length]).toEqual([1, 1])
  })
})
