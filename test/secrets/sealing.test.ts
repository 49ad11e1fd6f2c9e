import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSealer, generateServerSecret, UnsealError } from '../../src/secrets/sealing.ts'

const OLD = 'the-secret-of-last-year-0123456789'
const NEW = 'the-secret-of-this-year-0123456789'
const plaintext = Buffer.from('what only this server may read')
const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error instanceof UnsealError ? error.code : error
  }
  return 'opened'
}

describe('sealing', () => {
  const sealer = createSealer(NEW)

  it('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, context) => {
        const sealed = sealer.seal('test', Buffer.from(bytes), context)
        expect(sealer.unseal('test', sealed, context)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('never seals twice alike, and shows nothing of the content', () => {
    const first = sealer.seal('test', plaintext, 'a')
    expect(sealer.seal('test', plaintext, 'a').equals(first)).toBe(false)
    expect(first.includes('server')).toBe(false)
  })

  it('refuses every flipped bit', () => {
    const sealed = sealer.seal('test', plaintext, 'a')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bytes = Buffer.from(sealed)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(codeOf(() => sealer.unseal('test', bytes, 'a'))).toMatch(/damaged|unknown_key/)
    }
  })

  it('refuses what is cut short, empty or longer', () => {
    const sealed = sealer.seal('test', plaintext, 'a')
    for (let length = 0; length < sealed.length; length++) {
      expect(codeOf(() => sealer.unseal('test', sealed.subarray(0, length), 'a'))).toBe('damaged')
    }
    expect(codeOf(() => sealer.unseal('test', Buffer.concat([sealed, Buffer.of(0)]), 'a'))).toBe('damaged')
  })

  it('refuses another context and another purpose', () => {
    const sealed = sealer.seal('test', plaintext, 'row-1')
    expect(codeOf(() => sealer.unseal('test', sealed, 'row-2'))).toBe('damaged')
    expect(codeOf(() => sealer.unseal('other', sealed, 'row-1'))).toBe('damaged')
  })

  it('opens bytes that a database driver gives as Uint8Array', () => {
    expect(sealer.unseal('test', new Uint8Array(sealer.seal('test', plaintext, 'a')), 'a')).toEqual(plaintext)
  })
})

describe('rotation of the secret', () => {
  const sealedBefore = createSealer(OLD).seal('test', plaintext, 'a')

  it('NEW,OLD opens what OLD sealed, and seals with NEW', () => {
    const both = createSealer(`${NEW},${OLD}`)
    expect(both.unseal('test', sealedBefore, 'a')).toEqual(plaintext)
    expect(both.needsReseal(sealedBefore)).toBe(true)
    const sealed = both.seal('test', plaintext, 'a')
    expect(both.needsReseal(sealed)).toBe(false)
    expect(createSealer(NEW).unseal('test', sealed, 'a')).toEqual(plaintext)
  })

  it('NEW alone does not open it, and says so without naming a secret', () => {
    const work = () => createSealer(NEW).unseal('test', sealedBefore, 'a')
    expect(codeOf(work)).toBe('unknown_key')
    expect(work).toThrow('sealed with another secret')
    expect(work).not.toThrow(NEW)
  })
})

describe('a digest of a short text', () => {
  const digests = (secret: string, purpose = 'test', text = 'WDJBMJHT') => createSealer(secret).digests(purpose, text)

  it('is the same under the same secret, and another for another text, purpose or secret', () => {
    const [digest] = digests(NEW)
    expect(digest).toHaveLength(32)
    expect(digests(NEW)).toEqual([digest])
    for (const others of [digests(NEW, 'test', 'WDJBMJHS'), digests(NEW, 'other'), digests(OLD)]) {
      expect(others).toHaveLength(1)
      expect(others[0].equals(digest)).toBe(false)
    }
  })

  it('that a node stored before, during or after a rotation is among those that its neighbour looks for', () => {
    for (const [one, other] of [
      [OLD, `${OLD},${NEW}`],
      [`${OLD},${NEW}`, `${NEW},${OLD}`],
      [`${NEW},${OLD}`, NEW],
    ] as const) {
      expect(digests(other)).toContainEqual(digests(one)[0])
      expect(digests(one)).toContainEqual(digests(other)[0])
    }
  })
})

describe('GRANTQL_SECRET', () => {
  it('is refused when it is missing, or any of its secrets has less than 32 characters', () => {
    for (const text of ['', 'short', 'x'.repeat(31), `${NEW},`, `,${NEW}`, `${NEW},short`, ' '.repeat(40)]) {
      expect(() => createSealer(text)).toThrow('GRANTQL_SECRET is too short: each secret in it needs at least 32')
    }
    expect(() => createSealer('x'.repeat(32))).not.toThrow()
  })

  it('is generated long enough, without a comma, and differs each time', () => {
    const secret = generateServerSecret()
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(() => createSealer(secret)).not.toThrow()
    expect(generateServerSecret()).not.toBe(secret)
  })

  it('may have spaces around the comma', () => {
    const sealed = createSealer(`${NEW} , ${OLD}`).seal('test', plaintext, 'a')
    expect(createSealer(`${OLD}, ${NEW}\n`).unseal('test', sealed, 'a')).toEqual(plaintext)
  })
})
