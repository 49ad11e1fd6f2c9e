import { beforeEach, describe, expect, it } from 'vitest'
import type { Outcome, TestApp } from '../../scripts/faults/app.ts'
import type { Cluster, Node } from '../../scripts/faults/cluster.ts'
import { type CodeEntry, checkLedger } from '../../scripts/faults/ledger.ts'
import { createRandom } from '../../scripts/faults/random.ts'
import { mintSecret } from '../../src/secrets/secret-format.ts'
import type { Database } from '../../src/storage/database.ts'
import { describeEachDatabase } from '../support/database.ts'

const LOST: Outcome = { kind: 'lost' }
const REFUSED: Outcome = { kind: 'refused', code: 'invalid_grant' }
const token = (name: string): Outcome => ({ kind: 'token', token: name })

/** Who watches the watchman: each kind of fault, made by hand, is found. */
describeEachDatabase('the ledger of the faults', (open) => {
  let database: Database
  let count = 0
  const cluster = { nodes: [{ url: 'one' }, { url: 'two' }] as Node[] } as unknown as Cluster
  const app = { isActive: async (_node: Node, name: string) => name !== 'dead' } as unknown as TestApp

  beforeEach(async () => {
    database ??= await open()
    for (const table of ['approval', 'token_family', 'audit_event'] as const)
      await database.db.deleteFrom(table).execute()
  })

  interface Rows {
    readonly status?: 'approved' | 'claimed'
    readonly hasFamily?: boolean
    readonly hasAudit?: boolean
    readonly revokedAt?: number
  }
  async function made(
    outcomes: Outcome[],
    { status = 'claimed', hasFamily = true, hasAudit = true, revokedAt }: Rows = {},
  ): Promise<CodeEntry> {
    const { plain: code, key } = mintSecret('code', new Date())
    const familyId = status === 'claimed' ? `family-${++count}` : null
    await database.db
      .insertInto('approval')
      .values({
        code_key: key,
        handle_key: mintSecret('handle', new Date()).key,
        app_id: 'app',
        grant_type: 'grant',
        status,
        requested_scopes: '[]',
        granted_scopes: '[]',
        user_id: 'user',
        authenticated_at: 0,
        details: '{}',
        failed_proofs: 0,
        family_id: familyId,
        claim_id: null,
        created_at: 0,
        decided_at: 0,
        claimed_at: 0,
        expires_at: 0,
        purge_at: 0,
      })
      .execute()
    if (hasFamily && familyId !== null) await addFamily(familyId, revokedAt)
    if (hasAudit && familyId !== null) await addAudit(familyId)
    return { code, outcomes }
  }
  const addFamily = (id: string, revokedAt?: number) =>
    database.db
      .insertInto('token_family')
      .values({
        ...{ id, app_id: 'app', user_id: 'user', subject: 'user', scopes: '[]', authenticated_at: 0 },
        ...{ revoked_at: revokedAt ?? null, created_at: 0, expires_at: 0 },
      } as never)
      .execute()
  const addAudit = (familyId: string) =>
    database.db
      .insertInto('audit_event')
      .values({
        ...{ id: `event-${familyId}`, kind: 'token.issued', app_id: null, user_id: null, request_id: null },
        ...{ details: JSON.stringify({ familyId }), created_at: 0 },
      })
      .execute()
  const check = (...entries: CodeEntry[]) => checkLedger(entries, database, cluster, app)

  it('finds nothing where one got the token and the others a refusal, or the answer was cut off', async () => {
    const answered = await made([REFUSED, token('alive'), REFUSED])
    const cut = await made([LOST, REFUSED])
    const unavailable = await made([{ kind: 'unavailable', code: 'temporarily_unavailable' }, LOST, token('alive')])
    expect(await check(answered, cut, unavailable)).toEqual([])
  })

  it.each<[string, Outcome[], Rows, RegExp]>([
    ['two tokens', [token('one'), token('two')], {}, /2 tokens were answered/],
    ['a token that is not active', [token('dead')], {}, /was answered and is not active/],
    ['a token whose code is not used', [token('alive')], { status: 'approved' }, /its code is approved/],
    ['a used code without its family', [token('alive')], { hasFamily: false }, /there is no token family/],
    ['a family that has ended', [token('alive')], { revokedAt: 1 }, /its token family has ended/],
    ['a used code that nobody was told of', [REFUSED], {}, /nobody was answered or cut off/],
    ['a code that cannot be claimed any more', [LOST], { status: 'approved' }, /nobody could claim it to the end/],
    [
      'an answer that is not documented',
      [{ kind: 'refused', code: 'server_error' }, REFUSED],
      {},
      /refused with server_error/,
    ],
    ['anything else', [{ kind: 'fault', what: 'it answered 500' }, token('alive')], {}, /it answered 500/],
    ['a token without its audit row', [token('alive')], { hasAudit: false }, /have no audit row/],
  ])('finds %s', async (_name, outcomes, rows, sentence) => {
    const faults = await check(await made(outcomes, rows))
    expect(faults.join('\n')).toMatch(sentence)
  })

  it('finds a family that no code paid for', async () => {
    await addFamily('unpaid')
    await addAudit('unpaid')
    expect(await check()).toEqual(['1 token families have no code that paid for them'])
  })
})

describe('the choices of a run', () => {
  it('are the same for the same seed', () => {
    const [one, same, other] = [createRandom(7), createRandom(7), createRandom(8)].map((random) =>
      Array.from({ length: 50 }, () => random.below(1000)),
    )
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
    expect(new Set(one).size).toBeGreaterThan(40)
  })
})
