import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  equalSecrets,
  foreignKey,
  generateId,
  hashSecret,
  mintSecret,
  parseSecret,
  SECRET_PREFIXES,
  type SecretKind,
  secretKind,
} from '../../src/secrets/secret-format.ts'

const KINDS = Object.keys(SECRET_PREFIXES) as SecretKind[]
const anyKind = fc.constantFrom(...KINDS)
const anyTime = fc.date({ min: new Date(0), max: new Date(2 ** 48 - 1), noInvalidDate: true })
const now = new Date('2026-11-20T12:00:00.123Z')
const sha256 = (text: string) => createHash('sha256').update(text).digest()

describe('a minted secret', () => {
  it('is its prefix and 48 base64url characters', () => {
    for (const kind of KINDS) {
      expect(mintSecret(kind, now).plain).toMatch(new RegExp(`^${SECRET_PREFIXES[kind]}_[A-Za-z0-9_-]{48}$`))
    }
  })

  it('is read back with its time and the key that is stored', () => {
    fc.assert(
      fc.property(anyKind, anyTime, (kind, at) => {
        const { plain, key } = mintSecret(kind, at)
        expect(parseSecret(kind, plain)).toEqual({ issuedAt: at, key })
        expect(secretKind(plain)).toBe(kind)
      }),
    )
  })

  it('is stored as 6 bytes of time and its SHA-256, never as itself', () => {
    const { plain, key } = mintSecret('code', now)
    expect(key.length).toBe(38)
    expect(key.readUIntBE(0, 6)).toBe(now.getTime())
    expect(key.subarray(6)).toEqual(sha256(plain))
  })

  it('is another one each time, also beyond the pool of random bytes', () => {
    const many = Array.from({ length: 5000 }, () => mintSecret('code', now).plain.slice(12))
    expect(new Set(many).size).toBe(5000)
  })

  it('has keys in order of time', () => {
    const keys = [1, 2, 255, 256, 70_000].map((millis) => mintSecret('session', new Date(now.getTime() + millis)).key)
    expect(keys.toSorted(Buffer.compare)).toEqual(keys)
  })

  it('has a prefix of its own for every kind', () => {
    expect(new Set(Object.values(SECRET_PREFIXES)).size).toBe(KINDS.length)
  })
})

describe('a secret is refused', () => {
  it('when any one bit of it is flipped', () => {
    fc.assert(
      fc.property(anyKind, anyTime, fc.nat({ max: 52 * 8 - 1 }), (kind, at, bit) => {
        const bytes = Buffer.from(mintSecret(kind, at).plain, 'latin1')
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(parseSecret(kind, bytes.toString('latin1'))).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('when any one of its characters is another', () => {
    const { plain } = mintSecret('refreshToken', now)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (let at = 0; at < plain.length; at++) {
      for (const other of alphabet) {
        if (other === plain[at]) continue
        expect(parseSecret('refreshToken', plain.slice(0, at) + other + plain.slice(at + 1))).toBeUndefined()
      }
    }
  })

  it('as another kind, also when its prefix is exchanged', () => {
    for (const kind of KINDS) {
      const { plain } = mintSecret(kind, now)
      for (const other of KINDS.filter((name) => name !== kind)) {
        expect(parseSecret(other, plain)).toBeUndefined()
        expect(parseSecret(other, SECRET_PREFIXES[other] + plain.slice(3))).toBeUndefined()
      }
    }
  })

  it('when it is longer, shorter, padded, or spelt in the other base64 alphabet', () => {
    const { plain } = mintSecret('code', now)
    const spellings = [`${plain}A`, `${plain}=`, `${plain}\n`, ` ${plain}`, `${plain} `, plain.slice(0, -1)]
    const others = [plain.toUpperCase(), plain.replace('_', '-'), `${plain}${plain}`, plain.slice(4), '']
    for (const text of [...spellings, ...others]) expect(parseSecret('code', text)).toBeUndefined()
    const plus = `gqc_${Buffer.alloc(36, 0xff).toString('base64')}`
    expect(secretKind(plus)).toBeUndefined()
  })

  it('whatever else arrives, without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseSecret('code', text) === undefined))
    const values: unknown[] = [undefined, null, 0, false, [], ['gqc_'], {}, 10n ** 20n, Symbol.iterator]
    for (const value of values) {
      expect(parseSecret('code', value as string)).toBeUndefined()
      expect(secretKind(value as string)).toBeUndefined()
    }
  })

  it('with a prefix that nothing has', () => {
    const { plain } = mintSecret('code', now)
    expect(secretKind(`xyz${plain.slice(3)}`)).toBeUndefined()
    expect(secretKind(`constructor${plain.slice(3)}`)).toBeUndefined()
  })
})

describe('hashes', () => {
  it('are SHA-256', () => {
    expect(hashSecret('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(foreignKey('from another system')).toEqual(sha256('from another system'))
  })

  it('compare by content, and unequal lengths do not throw', () => {
    expect(equalSecrets(hashSecret('a'), hashSecret('a'))).toBe(true)
    expect(equalSecrets(hashSecret('a'), hashSecret('b'))).toBe(false)
    expect(equalSecrets(hashSecret('a'), Buffer.alloc(31))).toBe(false)
  })
})

describe('an id', () => {
  it('is a UUIDv7 that holds its time (RFC 9562 §5.7)', () => {
    const id = generateId(now)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now.getTime())
  })

  it('sorts after every earlier one, also within one millisecond (RFC 9562 §6.2)', () => {
    const ids = [0, 1, 2].flatMap((millis) =>
      Array.from({ length: 20_000 }, () => generateId(new Date(now.getTime() + millis))),
    )
    expect(new Set(ids).size).toBe(60_000)
    expect(ids.toSorted()).toEqual(ids)
  })

  it('is another one when the clock goes back to a millisecond that was used', () => {
    const first = Array.from({ length: 100 }, () => generateId(now))
    generateId(new Date(now.getTime() - 1))
    const second = Array.from({ length: 100 }, () => generateId(now))
    expect(new Set([...first, ...second]).size).toBe(200)
  })
})
