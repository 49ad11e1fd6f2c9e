import { describe, expect, it } from 'vitest'
import { createHashQueue } from '../../plugins/password-sign-in/hash-queue.ts'
import {
  dummyVerify,
  hashPassword,
  nativeScrypt,
  needsRehash,
  portableScrypt,
  verifyPassword,
} from '../../plugins/password-sign-in/scrypt.ts'

const CHEAP = { logN: 4, r: 1, p: 1 }
const ENGINES = { native: nativeScrypt, portable: portableScrypt }
const hex = (text: string) => text.replaceAll(/\s/g, '')

/** RFC 7914 §12, without the last, which takes 1 GiB. */
const VECTORS = [
  {
    password: '',
    salt: '',
    cost: { logN: 4, r: 1, p: 1 },
    hash: hex(`77 d6 57 62 38 65 7b 20 3b 19 ca 42 c1 8a 04 97 f1 6b 48 44 e3 07 4a e8 df df fa 3f ed e2 14 42
      fc d0 06 9d ed 09 48 f8 32 6a 75 3a 0f c8 1f 17 e8 d3 e0 fb 2e 0d 36 28 cf 35 e2 0c 38 d1 89 06`),
  },
  {
    password: 'password',
    salt: 'NaCl',
    cost: { logN: 10, r: 8, p: 16 },
    hash: hex(`fd ba be 1c 9d 34 72 00 78 56 e7 19 0d 01 e9 fe 7c 6a d7 cb c8 23 78 30 e7 73 76 63 4b 37 31 62
      2e af 30 d9 2e 22 a3 88 6f f1 09 27 9d 98 30 da c7 27 af b9 4a 83 ee 6d 83 60 cb df a2 cc 06 40`),
  },
  {
    password: 'pleaseletmein',
    salt: 'SodiumChloride',
    cost: { logN: 14, r: 8, p: 1 },
    hash: hex(`70 23 bd cb 3a fd 73 48 46 1c 06 cd 81 fd 38 eb fd a8 fb ba 90 4f 8e 3e a9 b5 43 f6 54 5d a1 f2
      d5 43 29 55 61 3f 0f cf 62 d4 97 05 24 2a 9a f9 e6 1e 85 dc 0d 65 1e 40 df cf 01 7b 45 57 58 87`),
  },
]

describe.each(Object.entries(ENGINES))('the %s engine', (_name, engine) => {
  it.each(VECTORS)('gives the bytes of RFC 7914 §12 for "$password"', async ({ password, salt, cost, hash }) => {
    const bytes = await engine(Buffer.from(password), Buffer.from(salt), cost, 64)
    expect(bytes.toString('hex')).toBe(hash)
  })
})

describe('the engines', () => {
  it('verify what the other one hashed', async () => {
    const cost = { logN: 8, r: 8, p: 2 }
    const byNative = await hashPassword('correct horse', cost, nativeScrypt)
    const byPortable = await hashPassword('correct horse', cost, portableScrypt)
    expect(await verifyPassword('correct horse', byNative, portableScrypt)).toBe(true)
    expect(await verifyPassword('correct horse', byPortable, nativeScrypt)).toBe(true)
    expect(await verifyPassword('correct horsf', byNative, portableScrypt)).toBe(false)
  })

  it('give the same bytes at the strength that is used', async () => {
    const cost = { logN: 15, r: 8, p: 3 }
    const [password, salt] = [Buffer.from('pässword'), Buffer.from('0123456789abcdef')]
    expect(await portableScrypt(password, salt, cost, 32)).toEqual(await nativeScrypt(password, salt, cost, 32))
  }, 20_000)
})

describe('a password hash', () => {
  it('is a PHC string with the parameters of OWASP strength, salted anew each time', async () => {
    const first = await hashPassword('correct horse battery staple')
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await hashPassword('correct horse battery staple')).not.toBe(first)
    expect(await verifyPassword('correct horse battery staple', first)).toBe(true)
    expect(await verifyPassword('correct horse battery stapl', first)).toBe(false)
  })

  it('is the same password in composed, decomposed and compatibility form (NFKC)', async () => {
    const phc = await hashPassword('caf\u00e9 \ufb01nd', CHEAP)
    expect(await verifyPassword('cafe\u0301 find', phc)).toBe(true)
    expect(await verifyPassword('cafe find', phc)).toBe(false)
  })

  it('takes every character of a long password into account', async () => {
    const phc = await hashPassword(`${'x'.repeat(1023)}y`, CHEAP)
    expect(await verifyPassword(`${'x'.repeat(1023)}z`, phc)).toBe(false)
    expect(await verifyPassword(`${'x'.repeat(1023)}y`, phc)).toBe(true)
  })

  it('takes a NUL into account', async () => {
    const phc = await hashPassword('before\u0000after', CHEAP)
    expect(await verifyPassword('before\u0000other', phc)).toBe(false)
  })

  it('that asks for absurd work, or is not ours, matches nothing and costs nothing', async () => {
    const salt = 'c2FsdHNhbHRzYWx0c2FsdA'
    const hash = 'aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g'
    const tooLarge = ['ln=30,r=8,p=1', 'ln=20,r=8,p=1', 'ln=18,r=9,p=1', 'ln=15,r=8,p=17', 'ln=99,r=99,p=99']
    const absurd = [...tooLarge, 'ln=0,r=8,p=1', 'ln=4,r=0,p=1', 'ln=4,r=1,p=0']
    const foreign = ['', '$scrypt$', '$2b$10$abcdefghijklmnopqrstuv', `$scrypt$ln=4,r=1,p=1$$`, 'plain password']
    const refuse = () => Promise.reject(new Error('must not run'))
    for (const phc of [...absurd.map((cost) => `$scrypt$${cost}$${salt}$${hash}`), ...foreign]) {
      expect(await verifyPassword('plain password', phc, refuse)).toBe(false)
      expect(needsRehash(phc)).toBe(true)
    }
    await expect(hashPassword('x', { logN: 25 })).rejects.toThrow(RangeError)
    await expect(hashPassword('x', { logN: 4.5 })).rejects.toThrow(RangeError)
  })

  it('needs a new one when the parameters are others', async () => {
    const phc = await hashPassword('x', CHEAP)
    expect(needsRehash(phc, CHEAP)).toBe(false)
    expect(needsRehash(phc)).toBe(true)
    expect(needsRehash(await hashPassword('x'))).toBe(false)
  })

  it('of nobody costs the same work', async () => {
    const costs: unknown[] = []
    const engine: typeof nativeScrypt = (_password, _salt, cost, sizeBytes) => {
      costs.push({ cost, sizeBytes })
      return Promise.resolve(Buffer.alloc(sizeBytes))
    }
    await verifyPassword('x', await hashPassword('x', {}, engine), engine)
    expect(await dummyVerify('x', {}, engine)).toBe(false)
    expect(costs[2]).toEqual(costs[1])
  })
})

describe('the hash queue', () => {
  const gate = () => Promise.withResolvers<string>()

  it('runs so many at once, lets so many wait, and refuses the next: temporarily_unavailable', async () => {
    const queue = createHashQueue({ concurrent: 2, waiting: 1 })
    const works = [gate(), gate(), gate()]
    const started: number[] = []
    const runs = works.map((work, index) =>
      queue.run(() => {
        started.push(index)
        return work.promise
      }),
    )
    expect(queue.load).toEqual({ running: 2, waiting: 1 })
    const refused = await queue.run(() => Promise.resolve('never')).catch((error) => error)
    expect(refused).toMatchObject({ code: 'temporarily_unavailable', status: 503, values: { retryAfterSeconds: 5 } })
    expect(started).toEqual([0, 1])

    works[1]?.resolve('b')
    expect(await runs[1]).toBe('b')
    await Promise.resolve()
    expect(started).toEqual([0, 1, 2])
    works[0]?.resolve('a')
    works[2]?.resolve('c')
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c'])
    expect(queue.load).toEqual({ running: 0, waiting: 0 })
  })

  it('lets nobody wait for longer than it says: their work is never begun, and the place goes to who comes after', async () => {
    const queue = createHashQueue({ concurrent: 1, waiting: 1, waitSeconds: 0.01 })
    const work = gate()
    const running = queue.run(() => work.promise)
    const begun: string[] = []
    const late = await queue.run(async () => begun.push('late')).catch((error) => error)
    expect(late).toMatchObject({ code: 'temporarily_unavailable', values: { retryAfterSeconds: 5 } })
    expect(queue.load).toEqual({ running: 1, waiting: 0 })
    const next = queue.run(async () => begun.push('next'))
    work.resolve('done')
    expect(await running).toBe('done')
    await next
    expect(begun).toEqual(['next'])
    expect(queue.load).toEqual({ running: 0, waiting: 0 })
  })

  it('gives the place on when work fails', async () => {
    const queue = createHashQueue({ concurrent: 1, waiting: 5 })
    const failing = queue.run(() => Promise.reject(new Error('broken')))
    const next = queue.run(() => Promise.resolve('fine'))
    await expect(failing).rejects.toThrow('broken')
    expect(await next).toBe('fine')
    expect(queue.load).toEqual({ running: 0, waiting: 0 })
  })

  it('keeps order under many, and loses no place', async () => {
    const queue = createHashQueue({ concurrent: 3, waiting: 100 })
    const order: number[] = []
    let most = 0
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        queue.run(async () => {
          order.push(index)
          most = Math.max(most, queue.load.running)
          await Promise.resolve()
        }),
      ),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(most).toBe(3)
    expect(queue.load).toEqual({ running: 0, waiting: 0 })
  })
})
