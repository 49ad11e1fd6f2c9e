import { describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import { approve } from '../../src/operations/decide-approval.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { hashSecret } from '../../src/secrets/hash-secret.ts'
import { mintSecret } from '../../src/secrets/secret-format.ts'
import { CODE, exchange, openTestCore, run, signedInUser, testApp } from '../support/core.ts'
import { databases } from '../support/database.ts'
import { refreshStub } from '../toys/stubs.ts'

const ROUNDS = 1500
/** Characters of a piece: enough that no two secrets share one. */
const PIECE = 12

describe.each(databases)('a dump of the database ($name)', (database) => {
  it('holds none of 10,000 codes, handles, secrets, session tokens and tokens in clear', async () => {
    const { core } = await openTestCore(database, { plugins: [clientCredentials(), code(), refreshStub()] })
    const app = await testApp(core, 'confidential', { grants: [CODE, 'urn:toy:refresh', 'client_credentials'] })
    await core.apps.update({ ...app.app, tokenFormat: 'opaque' })
    const decider = await signedInUser(core)
    const plain: string[] = []

    const round = async () => {
      const requested = await run(core, app, 'requestCode', {})
      await approve(core, decider, String(requested.handle))
      const tokens = await exchange(core, app, CODE, { code: String(requested.code) })
      const { token } = await startSession(core, decider.user.id, ['pwd'])
      const secret = mintSecret('appSecret', core.now())
      await core.apps.addSecret(app.app, hashSecret(secret.plain), core.now(), 1)
      plain.push(
        String(requested.code),
        String(requested.handle),
        tokens.accessToken,
        tokens.refreshToken ?? '',
        token,
        secret.plain,
      )
      // The newest secret is the one that works now.
      Object.assign(app, { clientSecret: secret.plain })
    }
    const simple = async () => {
      const tokens = await exchange(core, app, 'client_credentials', {})
      plain.push(tokens.accessToken)
    }
    for (let index = 0; index < ROUNDS; index++) await round()
    await Promise.all(Array.from({ length: 1000 }, simple))
    expect(new Set(plain).size).toBe(ROUNDS * 6 + 1000)
    expect(plain.every((text) => text.length > 40)).toBe(true)

    const dump = await dumpOf(core)
    expect(dump.length).toBeGreaterThan(1_000_000)
    expect(traces(plain, dump)).toEqual([])
  }, 180_000)

  it('would find one that is there', () => {
    const { plain } = mintSecret('code', new Date())
    expect(traces([plain], `x${plain}x`)).toEqual([plain])
    expect(traces([plain], `x${Buffer.from(plain.slice(4), 'base64url').toString('latin1')}x`)).toEqual([plain])
  })
})

/** The secrets of which a piece occurs in the dump, as text or as the bytes that the text stands for. */
function traces(plain: readonly string[], dump: string): string[] {
  const pieces = new Map<string, string>()
  for (const text of plain) {
    // Behind the prefix and the time of issue, which the keys hold as well.
    const body = text.slice(4)
    pieces.set(body.slice(8, 8 + PIECE), text)
    pieces.set(
      Buffer.from(body, 'base64url')
        .toString('latin1')
        .slice(6, 6 + PIECE),
      text,
    )
  }
  const found: string[] = []
  for (let at = 0; at + PIECE <= dump.length; at++) {
    const text = pieces.get(dump.slice(at, at + PIECE))
    if (text !== undefined) found.push(text)
  }
  return found
}

async function dumpOf(core: Awaited<ReturnType<typeof openTestCore>>['core']): Promise<string> {
  const tables = await core.database.db.introspection.getTables()
  let dump = ''
  for (const { name } of tables) {
    const rows = await core.database.db
      .selectFrom(name as 'user')
      .selectAll()
      .execute()
    for (const row of rows) {
      for (const value of Object.values(row)) dump += `${Buffer.isBuffer(value) ? value.toString('latin1') : value}\n`
    }
  }
  return dump
}
