import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, type JWK, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SigningAlgorithm } from '../../src/keys/algorithms.ts'
import type { Keys } from '../../src/keys/keys.ts'
import { readKeys } from '../../src/keys/rotation.ts'
import { openSigningKey, type SigningKey } from '../../src/keys/signing-key.ts'
import { createSealer } from '../../src/secrets/sealing.ts'
import type { Database } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { KEY_MIGRATIONS, openNode, publishedKids, SECRET, TYPE } from './support.ts'

const ALGORITHMS: SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA']
const CLAIMS = { iss: 'https://login.example', sub: 'ünïcode 🔑', aud: ['a', 'b'], nested: { deep: [1, null] } }
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const isRefused = (jwt: string, type = TYPE) => keys.verify(jwt, { type }) === undefined

let database: Database
let keys: Keys
/** The server's own ES256 key, which only a test that knows the secret can open. */
let signer: SigningKey
beforeAll(async () => {
  database = await openDatabase('sqlite::memory:')
  await migrate(database, KEY_MIGRATIONS)
  keys = await openNode({ database, algorithms: ALGORITHMS })
  const [row] = await readKeys(database.db, 'ES256')
  if (row !== undefined) signer = await openSigningKey(row, createSealer(SECRET))
})
afterAll(() => database.close())

describe.each(ALGORITHMS)('a JWT signed with %s', (algorithm) => {
  it('verifies with jose against the JWKS (RFC 7515 §5.2)', async () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: TYPE })
    const verified = await jwtVerify(jwt, createLocalJWKSet(JSON.parse(keys.jwks().body)), {
      algorithms: [algorithm],
      typ: TYPE,
    })
    expect(verified.payload).toEqual(CLAIMS)
    expect(verified.protectedHeader).toEqual({ alg: algorithm, typ: TYPE, kid: expect.any(String) })
  })

  it('verifies here, the first time and again', () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: TYPE })
    const header = { alg: algorithm, typ: TYPE, kid: decodeProtectedHeader(jwt).kid }
    expect(keys.verify(jwt, { type: TYPE })).toEqual({ header, claims: CLAIMS })
    expect(keys.verify(jwt, { type: TYPE })).toEqual({ header, claims: CLAIMS })
  })

  it('gives every caller claims of its own', () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: TYPE })
    const first = keys.verify(jwt, { type: TYPE })
    Object.assign(first?.claims ?? {}, { sub: 'somebody else' })
    expect(keys.verify(jwt, { type: TYPE })?.claims.sub).toBe(CLAIMS.sub)
  })

  it('is refused after any one character changes', () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: TYPE })
    expect(isRefused(jwt)).toBe(false)
    fc.assert(
      fc.property(fc.nat({ max: jwt.length - 1 }), fc.constantFrom(...'AQgwz059-_.=+/ \n'), (at, other) => {
        const changed = jwt.slice(0, at) + other + jwt.slice(at + 1)
        return changed === jwt || isRefused(changed)
      }),
      { numRuns: 300 },
    )
  })

  it('is refused with its signature spelt otherwise, so that a token has one text', () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: TYPE })
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const lastCharacters = [...alphabet].map((last) => jwt.slice(0, -1) + last).filter((other) => other !== jwt)
    for (const spelling of [`${jwt}=`, `${jwt}==`, `${jwt}\n`, ` ${jwt}`, ...lastCharacters]) {
      expect(isRefused(spelling)).toBe(true)
    }
  })

  it('is refused as another type, in whatever case (RFC 8725 §3.11)', () => {
    const jwt = keys.sign(CLAIMS, { algorithm, type: 'JWT' })
    for (const type of ['at+jwt', 'jwt', 'application/jwt', '', 'logout+jwt']) expect(isRefused(jwt, type)).toBe(true)
    expect(isRefused(jwt, 'JWT')).toBe(false)
    expect(isRefused(jwt, 'at+jwt')).toBe(true)
  })
})

describe('a forged JWT is refused', () => {
  const published = (algorithm: SigningAlgorithm): JWK =>
    JSON.parse(keys.jwks().body).keys.find((jwk: JWK) => jwk.alg === algorithm)
  const forge = (header: object, signature = 'AA') => `${encode(header)}.${encode(CLAIMS)}.${signature}`

  it('with alg none, with and without a signature (RFC 8725 §3.1)', () => {
    const { kid } = published('RS256')
    for (const alg of ['none', 'None', 'NONE', '', null, undefined, ['RS256'], { RS256: 1 }]) {
      expect(isRefused(forge({ alg, typ: TYPE, kid }, ''))).toBe(true)
      expect(isRefused(forge({ alg, typ: TYPE, kid }))).toBe(true)
    }
  })

  it('with HS256 and the public key as the secret (RFC 8725 §2.1)', () => {
    const jwk = published('RS256')
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    const secrets = [publicKey.export({ format: 'pem', type: 'spki' }), JSON.stringify(jwk), keys.jwks().body]
    for (const secret of secrets) {
      for (const alg of ['HS256', 'RS256']) {
        const input = `${encode({ alg, typ: TYPE, kid: jwk.kid })}.${encode(CLAIMS)}`
        expect(isRefused(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)).toBe(true)
      }
    }
  })

  it("with another algorithm than its key's, even when the signature holds (RFC 8725 §3.1)", () => {
    const signed = (alg: string) => {
      const input = `${encode({ alg, typ: TYPE, kid: signer.kid })}.${encode(CLAIMS)}`
      const signature = sign('sha256', Buffer.from(input), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' })
      return `${input}.${signature.toString('base64url')}`
    }
    expect(isRefused(signed('ES256'))).toBe(false)
    for (const alg of ['none', 'RS256', 'EdDSA', 'PS256', 'ES384', 'es256', ''])
      expect(isRefused(signed(alg))).toBe(true)
  })

  it('with a kid that is unknown, a path, SQL or of another kind', () => {
    const kids = [
      '',
      'unknown',
      '../../x',
      '../../../dev/null',
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      null,
      0,
      ['x'],
      {},
    ]
    for (const kid of [...kids, undefined]) expect(isRefused(forge({ alg: 'RS256', typ: TYPE, kid }))).toBe(true)
  })

  it('with crit, even when the signature holds (RFC 7515 §4.1.11)', () => {
    const { privateKey, kid } = signer
    const withHeader = (more: object) => {
      const input = `${encode({ alg: 'ES256', typ: TYPE, kid, ...more })}.${encode(CLAIMS)}`
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${input}.${signature.toString('base64url')}`
    }
    expect(isRefused(withHeader({}))).toBe(false)
    for (const crit of [['b64'], [], 'exp', null]) expect(isRefused(withHeader({ crit, b64: true }))).toBe(true)
  })

  it('with a key of its own in jwk, jku or x5u (RFC 8725 §3.10)', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' }) as JWK
    for (const kid of [published('ES256').kid ?? '', 'mine']) {
      const header = {
        alg: 'ES256',
        typ: TYPE,
        kid,
        jwk,
        jku: 'https://evil.example/jwks',
        x5u: 'https://evil.example',
      }
      expect(isRefused(await new SignJWT(CLAIMS).setProtectedHeader(header).sign(privateKey))).toBe(true)
    }
  })

  it('with a DER signature or one of zeros (CVE-2022-21449)', () => {
    const { privateKey, kid } = signer
    const input = `${encode({ alg: 'ES256', typ: TYPE, kid })}.${encode(CLAIMS)}`
    const der = sign('sha256', Buffer.from(input), privateKey).toString('base64url')
    for (const signature of [der, Buffer.alloc(64).toString('base64url'), Buffer.alloc(1).toString('base64url'), '']) {
      expect(isRefused(`${input}.${signature}`)).toBe(true)
    }
  })

  it('whose payload is not an object, even when the signature holds', () => {
    const { privateKey, kid } = signer
    for (const payload of ['[]', 'null', '1', '"text"', '', '{', '\u0000']) {
      const body = Buffer.from(payload).toString('base64url')
      const input = `${encode({ alg: 'ES256', typ: TYPE, kid })}.${body}`
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      expect(isRefused(`${input}.${signature.toString('base64url')}`)).toBe(true)
    }
  })

  it('whatever it is, without throwing', () => {
    const values: unknown[] = [
      undefined,
      null,
      0,
      {},
      [],
      '',
      '.',
      '..',
      '...',
      '....',
      'a.b',
      'a.b.c.d.e',
      'A'.repeat(1e6),
    ]
    for (const value of values) expect(isRefused(value as string)).toBe(true)
    const segment = fc.oneof(fc.string(), fc.jsonValue().map(encode), fc.base64String())
    fc.assert(
      fc.property(segment, segment, segment, (a, b, c) => isRefused(`${a}.${b}.${c}`)),
      { numRuns: 500 },
    )
  })
})

describe('JWKS', () => {
  it('holds the public members alone, and says what each key is for (RFC 7517 §4)', () => {
    const members = JSON.parse(keys.jwks().body).keys.map((jwk: JWK) => Object.keys(jwk).toSorted().join(' '))
    expect(members.toSorted()).toEqual(['alg crv kid kty use x', 'alg crv kid kty use x y', 'alg e kid kty n use'])
  })

  it('names each key by its thumbprint (RFC 7638)', async () => {
    for (const jwk of JSON.parse(keys.jwks().body).keys) {
      expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk))
      expect(jwk.use).toBe('sig')
    }
  })

  it('is the same bytes and the same strong ETag on every node and after every reload', async () => {
    const other = await openNode({ database, algorithms: ALGORITHMS })
    expect(other.jwks()).toEqual(keys.jwks())
    expect(keys.jwks().etag).toMatch(/^"[A-Za-z0-9_-]{43}"$/)
    await other.reload()
    expect(other.jwks()).toEqual(keys.jwks())
    expect(publishedKids(keys)).toHaveLength(3)
  })

  it('uses RSA keys of 2048 bits', () => {
    const { n } = JSON.parse(keys.jwks().body).keys.find((jwk: JWK) => jwk.alg === 'RS256')
    expect(Buffer.from(n, 'base64url')).toHaveLength(256)
  })
})
