import { describe, expect, it } from 'vitest'
import { createLog, type Log } from '../../src/log/create-log.ts'
import { mintSecret, SECRET_PREFIXES, type SecretKind } from '../../src/secrets/secret-format.ts'

function openTestLog(): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = []
  const log = createLog('trace', { write: (line) => void written.push(line) })
  const text = () => written.join('')
  return { log, text, lines: () => written.map((line) => JSON.parse(line)) }
}

const JWT = 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJ0aGUtc3ViamVjdCJ9.c2lnbmF0dXJlLW9mLWEtdG9rZW4'
const HUNTER = 'hunter2-the-password'

describe('the log', () => {
  it('is one JSON object a line', () => {
    const { log, text, lines } = openTestLog()
    log.trace({ requestId: 'r1', statusCode: 200 }, 'answered')
    expect(text()).toMatch(/^\{.*\}\n$/)
    expect(lines()[0]).toMatchObject({ level: 'trace', requestId: 'r1', statusCode: 200, msg: 'answered' })
  })

  it.each([
    'password',
    'newPassword',
    'clientSecret',
    'client_secret',
    'Client-Secret',
    'code',
    'codeVerifier',
    'code_verifier',
    'token',
    'accessToken',
    'refresh_token',
    'idToken',
    'sessionToken',
    'authorization',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'secret',
    'GRANTQL_SECRET',
    'client_assertion',
    'deviceCode',
    'phc',
    'privateKey',
  ])('shows nothing that is called %s, at any depth', (name) => {
    const { log, text } = openTestLog()
    log.trace({ [name]: HUNTER }, 'flat')
    log.trace({ request: { headers: { [name]: HUNTER } } }, 'deep')
    log.trace({ list: [{ a: { b: [{ [name]: { value: HUNTER } }] } }] }, 'in a list')
    log.trace({ map: new Map([[name, HUNTER]]), form: new URLSearchParams([[name, HUNTER]]) }, 'in a map')
    log.trace({ [name]: [HUNTER] }, 'a list of them')
    expect(text()).not.toContain(HUNTER)
    expect(text().match(/\[redacted\]/g)?.length).toBe(6)
  })

  it('shows headers without the secret ones', () => {
    const { log, lines } = openTestLog()
    log.trace({ headers: new Headers({ authorization: 'Basic eDp5', accept: 'text/html' }) }, 'headers')
    expect(lines()[0]?.headers).toEqual({ accept: 'text/html', authorization: '[redacted]' })
  })

  it('shows what only sounds like a secret', () => {
    const { log, lines } = openTestLog()
    const fields = {
      tokenId: 't',
      statusCode: 7,
      tokenType: 'Bearer',
      codeChallengeMethod: 'S256',
      code: 'invalid_grant',
    }
    log.trace(fields, 'Bearer authentication is required')
    expect(lines()[0]).toMatchObject({ ...fields, msg: 'Bearer authentication is required' })
  })

  it.each(Object.keys(SECRET_PREFIXES) as SecretKind[])('scrubs a secret of ours (%s) wherever it stands', (kind) => {
    const { log, text } = openTestLog()
    const { plain } = mintSecret(kind, new Date())
    for (const place of places(plain)) place(log)
    expect(text()).not.toContain(plain.slice(4))
  })

  it('scrubs a JWT wherever it stands', () => {
    const { log, text } = openTestLog()
    for (const place of places(JWT)) place(log)
    for (const part of JWT.split('.')) expect(text()).not.toContain(part)
  })

  it.each([
    `https://app.example/cb?code=${HUNTER}&state=x`,
    `grant_type=password&password=${HUNTER}`,
    `client_secret=${HUNTER}`,
    `mysql://user:${HUNTER}@db.example:3306/name`,
    `Authorization: Basic ${Buffer.from(`id:${HUNTER}`).toString('base64')}`,
    JSON.stringify({ query: '…', variables: { password: HUNTER } }),
    JSON.stringify({ clientSecret: HUNTER }),
    `$scrypt$ln=16,r=8,p=1$c2FsdA$${HUNTER}`,
  ])('scrubs %j in a text', (said) => {
    const { log, text } = openTestLog()
    for (const place of places(said)) place(log)
    expect(text()).not.toContain(HUNTER)
    expect(text()).not.toContain(Buffer.from(`id:${HUNTER}`).toString('base64'))
  })

  it('keeps what an error says and drops what it carries', () => {
    const { log, text, lines } = openTestLog()
    const fromDatabase = Object.assign(new Error('Deadlock found'), {
      code: 'ER_LOCK_DEADLOCK',
      errno: 1213,
      sql: `insert into app_secret values ('${HUNTER}')`,
      parameters: [HUNTER],
      request: { body: HUNTER },
    })
    log.error({ err: new Error('It could not be stored.', { cause: fromDatabase }) }, 'failed')
    const { err } = lines()[0] as { err: Record<string, unknown> }
    expect(err).toMatchObject({
      type: 'Error',
      message: 'It could not be stored.',
      stack: expect.stringMatching(/^Error: It could not be stored\.\n\s+at /),
      cause: { type: 'Error', message: 'Deadlock found', code: 'ER_LOCK_DEADLOCK' },
    })
    expect(text()).not.toContain(HUNTER)
  })

  it('drops errors that quote what a client sent', () => {
    const { log, text } = openTestLog()
    const quoting = new Error(`Variable "$input" got invalid value "${HUNTER}" at "input.password"; Expected Int.`)
    quoting.name = 'GraphQLError'
    log.error({ err: quoting }, 'failed')
    expect(text()).not.toContain(HUNTER)
    expect(text()).toContain('got invalid value')
  })

  it('takes anything without throwing', () => {
    const { log, lines } = openTestLog()
    const circle: Record<string, unknown> = { name: 'circle' }
    circle.self = circle
    const thrower = Object.defineProperty({}, 'boom', {
      enumerable: true,
      get: () => {
        throw new Error(HUNTER)
      },
    })
    log.trace({ circle, thrower, bytes: Buffer.from(HUNTER), big: 10n, nothing: null, at: new Date(0) }, 'odd')
    log.trace({ err: 'a text', fn: () => 1, symbol: Symbol('s'), invalid: new Date(Number.NaN) }, 'odder')
    log.trace(JSON.parse('{"__proto__":{"password":"x"}}'), 'oddest')
    expect(lines()[0]).toMatchObject({ bytes: '[20 bytes]', big: '10', nothing: null, at: '1970-01-01T00:00:00.000Z' })
    expect(lines()).toHaveLength(3)
  })

  it('stays on one line, whatever is logged (ASVS 16.4.1)', () => {
    const { log, text } = openTestLog()
    const hostile = 'eve\r\n{"level":"fatal"}\u001b[2J\u009b31m\u2028\u202e\u0000'
    log.trace({ username: hostile, [hostile]: 1 }, hostile)
    expect(text().split('\n')).toHaveLength(2)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text().slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
  })
})

/** The ways in which a text gets into a log. */
function places(said: string): ((log: Log) => void)[] {
  return [
    (log) => log.trace({}, `said ${said} so`),
    (log) => log.trace({ innocent: said }, 'field'),
    (log) => log.trace({ deep: { list: [said, `x=${said}`] } }, 'deep'),
    (log) => log.trace({ [said]: true }, 'name'),
    (log) => log.error({ err: new Error(`failed on ${said}`) }, 'error'),
    (log) => log.error({ err: new Error('outer', { cause: new Error(said) }) }, 'cause'),
    (log) => log.error({ err: new AggregateError([new Error(said)], 'many') }, 'many'),
    (log) => log.error(new Error(said), 'bare'),
    (log) => log.trace({ url: URL.parse(said) ?? said }, 'url'),
  ]
}
