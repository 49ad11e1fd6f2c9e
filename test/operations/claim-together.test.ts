import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { approve } from '../../src/operations/decide-approval.ts'
import { inspectToken } from '../../src/operations/inspect-token.ts'
import { type CommitProxy, startProxy } from '../storage/support/proxy.ts'
import {
  CODE,
  errorCode,
  exchange,
  openTestCore,
  run,
  signedInUser,
  type TestApp,
  type TestCore,
  testApp,
} from '../support/core.ts'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'

async function approvedCodes(core: Core, app: TestApp, count: number): Promise<readonly string[]> {
  const user = await signedInUser(core)
  const open = async () => {
    const { code, handle } = await run(core, app, 'requestCode', { scope: 'read' })
    await approve(core, user, String(handle))
    return String(code)
  }
  return Promise.all(Array.from({ length: count }, open))
}

/** Access tokens by code, of those claims that got one; what the others were told. */
async function claimAll(core: Core, app: TestApp, codes: readonly string[]) {
  const claims = await Promise.allSettled(codes.map((code) => exchange(core, app, CODE, { code })))
  const won = claims.flatMap((claim, index) =>
    claim.status === 'fulfilled' ? [{ code: codes[index], token: claim.value.accessToken }] : [],
  )
  return { won, told: claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason.code] : [])) }
}

const isActive = async (core: Core, token: string) => (await inspectToken(core, token)) !== undefined

describeEachDatabase('claims that arrive together', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => {
    shared ??= openTestCore(database)
    return shared
  }

  it('1,000 of 200 codes give each code one token, and the others a refusal', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const codes = await approvedCodes(core, app, 200)
    const { won, told } = await claimAll(
      core,
      app,
      Array.from({ length: 1000 }, (_, index) => codes[(index * 7) % 200] as string),
    )
    expect(won.map(({ code }) => code).sort()).toEqual([...codes].sort())
    expect(told).toEqual(Array.from({ length: 800 }, () => 'invalid_grant'))
    const active = await Promise.all(won.map(({ token }) => isActive(core, token)))
    expect(new Set(active)).toEqual(new Set([true]))
    expect(await errorCode(exchange(core, app, CODE, { code: codes[0] as string }))).toBe('invalid_grant')
  }, 120_000)

  it('each stand for themselves: what is not to be had does not take its neighbours along', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const codes = await approvedCodes(core, app, 40)
    const used = await approvedCodes(core, app, 20)
    // Both claims of a used code have read it as approved; the first of them is through when the second arrives.
    const { won, told } = await claimAll(core, app, [...used, ...codes, ...used])
    expect(won).toHaveLength(60)
    expect(told).toEqual(Array.from({ length: 20 }, () => 'invalid_grant'))
  })

  it('fail alone where a row of theirs cannot be stored', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const codes = await approvedCodes(core, app, 10)
    const { insertAll } = core.tokenRows
    const broken = { ...core, tokenRows: { ...core.tokenRows, insertAll: refuseFirstOf(insertAll) } }
    const { won } = await claimAll(broken, app, codes)
    expect(won).toHaveLength(9)
    const claimedAfterwards = await claimAll(core, app, codes)
    expect(claimedAfterwards.won).toHaveLength(1)
  })
})

/** Refuses every transaction that holds a row of the family that came first. */
function refuseFirstOf(insertAll: Core['tokenRows']['insertAll']): Core['tokenRows']['insertAll'] {
  let refused: string | undefined
  return async (trx, issued) => {
    refused ??= issued[0]?.family?.id
    if (issued.some(({ family }) => family?.id === refused)) throw new RangeError('no')
    await insertAll(trx, issued)
  }
}

describeDatabase('mariadb', 'claims whose connection is lost at COMMIT', (_open, database) => {
  let proxy: CommitProxy
  let through: TestCore
  beforeAll(async () => {
    proxy = await startProxy(Number(new URL(await database.url()).port))
    through = await openTestCore(database, { url: proxy.url(await database.url()) })
  })
  afterAll(() => proxy.stop())

  describe.each([
    ['arrived', 'delivered'],
    ['did not arrive', 'dropped'],
    ['arrives after it was looked up', { deliveredAfterMs: 700 }],
  ] as const)('where the COMMIT %s', (_how, cut) => {
    it('all give their token, once', async () => {
      const { core } = through
      const app = await testApp(core)
      const codes = await approvedCodes(core, app, 10)
      // Those that follow a shared group share one from the first on.
      await claimAll(core, app, await approvedCodes(core, app, 10))
      proxy.cutNextCommit(cut)
      const { won, told } = await claimAll(core, app, codes)
      expect(told).toEqual([])
      const active = await Promise.all(won.map(({ token }) => isActive(core, token)))
      expect(active).toEqual(codes.map(() => true))
      expect((await claimAll(core, app, codes)).told).toEqual(codes.map(() => 'invalid_grant'))
    })
  })
})
