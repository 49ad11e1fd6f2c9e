import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import type { CoreTables } from '../../src/storage/tables.ts'
import { describeDatabase, type OpenTestDatabase, type TestDatabase } from '../support/database.ts'
import { type CommitProxy, startProxy } from './support/proxy.ts'
import { approvedRow, tokenIds } from './support/rows.ts'

class InvalidGrant extends Error {}

describeDatabase('mariadb', 'a connection that is lost at COMMIT', (open, database) => {
  let proxy: CommitProxy
  beforeAll(async () => {
    proxy = await startProxy(Number(new URL(await database.url()).port))
  })
  afterAll(() => proxy.stop())

  it('is no failure where the commit arrived: settle finds it', async () => {
    const { through, code, claimOnce } = await start(open, database, proxy)
    proxy.cutNextCommit('delivered')
    await expect(claimOnce('first')).resolves.toBe('first')
    expect(await tokenIds(through)).toEqual(['first'])
    await expect(claimOnce('second')).rejects.toThrow(InvalidGrant)
    expect(await claimIdOf(through.db, code)).toBe('first')
  })

  it('is no failure where the commit did not arrive: all of it runs again', async () => {
    const { through, code, claimOnce } = await start(open, database, proxy)
    proxy.cutNextCommit('dropped')
    await expect(claimOnce('first')).resolves.toBe('first')
    expect(await tokenIds(through)).toEqual(['first'])
    expect(await claimIdOf(through.db, code)).toBe('first')
  })

  it('is no failure where the commit arrives after it was looked up', async () => {
    const { through, code, claimOnce } = await start(open, database, proxy)
    proxy.cutNextCommit({ deliveredAfterMs: 700 })
    await expect(claimOnce('first')).resolves.toBe('first')
    expect(await tokenIds(through)).toEqual(['first'])
    expect(await claimIdOf(through.db, code)).toBe('first')
  })

  it('is TemporarilyUnavailable where nothing can settle it', async () => {
    const { through } = await start(open, database, proxy)
    proxy.cutNextCommit('delivered')
    const unit = through.transaction((trx) =>
      trx.insertInto('revoked_token').values({ token_id: 'a', expires_at: 1 }).execute(),
    )
    await expect(unit).rejects.toMatchObject({ code: 'temporarily_unavailable', cause: { name: 'OutcomeUnknown' } })
    expect(await tokenIds(through)).toEqual(['a'])
  })
})

async function start(open: OpenTestDatabase, { url }: TestDatabase, proxy: CommitProxy) {
  const direct = await url()
  await open({ url: direct })
  const through = await open({ url: proxy.url(direct) })
  const code = randomBytes(38)
  await through.db.insertInto('approval').values(approvedRow(code)).execute()
  return { through, code, claimOnce: (claimId: string) => claimOrThrow(through, code, claimId) }
}

/** A claim as the server does it: what a lost commit leaves open is looked up by the random id that it wrote. */
function claimOrThrow(database: Database, code: Buffer, claimId: string): Promise<string> {
  return database.transaction(
    async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('approval')
        .set({ status: 'claimed', claim_id: claimId })
        .where('code_key', '=', code)
        .where('status', '=', 'approved')
        .executeTakeFirstOrThrow()
      if (numUpdatedRows !== 1n) throw new InvalidGrant()
      await trx.insertInto('revoked_token').values({ token_id: claimId, expires_at: 1 }).execute()
      return claimId
    },
    { settle: async (db) => ((await claimIdOf(db, code)) === claimId ? claimId : undefined) },
  )
}

async function claimIdOf(db: Kysely<CoreTables>, code: Buffer): Promise<string | null | undefined> {
  const row = await db.selectFrom('approval').select('claim_id').where('code_key', '=', code).executeTakeFirst()
  return row?.claim_id
}
