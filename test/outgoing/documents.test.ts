import { describe, expect, it } from 'vitest'
import { OutgoingError } from '../../src/errors/outgoing-error.ts'
import { createDocuments } from '../../src/outgoing/documents.ts'
import type { OutgoingAnswer } from '../../src/plugin/outgoing.ts'
import { createClock } from '../../src/testing/clock.ts'

const URL_OF_KEYS = 'https://app.example/jwks'

/** A reader whose publisher answers by `answer`, with the number of times that it was asked. */
function reader(answer: (times: number) => Partial<OutgoingAnswer> | OutgoingError) {
  const clock = createClock()
  let times = 0
  const read = createDocuments(
    {
      async fetch() {
        times += 1
        const given = answer(times)
        if (given instanceof OutgoingError) throw given
        const headers = new Headers({ 'content-type': 'application/json', ...Object.fromEntries(given.headers ?? []) })
        return { status: 200, body: Buffer.from(`{"times":${times}}`), ...given, headers }
      },
    },
    clock.now,
  )
  const reasonOf = (options?: Parameters<typeof read>[1]) =>
    read(URL_OF_KEYS, options).then(
      (document) => document,
      (error: OutgoingError) => error.reason,
    )
  return { clock, read, reasonOf, times: () => times }
}

const cached = (cacheControl: string) => ({ headers: new Headers({ 'cache-control': cacheControl }) })

describe('a published document', () => {
  it.each([
    ['max-age=600', 600],
    ['public, max-age=600, must-revalidate', 600],
    ['no-store', 60],
    ['no-cache', 60],
    ['max-age=0', 60],
    ['max-age=9999999999', 86_400],
    ['', 300],
  ])('with Cache-Control "%s" is kept for %i seconds (RFC 9111 §5.2.2)', async (cacheControl, seconds) => {
    const { read, clock, times } = reader(() => cached(cacheControl))
    await read(URL_OF_KEYS)
    clock.pass({ seconds: seconds - 1 })
    await read(URL_OF_KEYS)
    expect(times()).toBe(1)
    clock.pass({ seconds: 1 })
    expect(await read(URL_OF_KEYS)).toEqual({ times: 2 })
  })

  it('is asked for once by all who ask at the same time', async () => {
    const { read, times } = reader(() => ({}))
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(URL_OF_KEYS)))
    expect(new Set(answers).size).toBe(1)
    expect(times()).toBe(1)
  })

  it('cannot be changed by whoever reads it', async () => {
    const { read } = reader(() => ({ body: Buffer.from('{"keys":[{"kid":"1"}]}') }))
    const document = (await read(URL_OF_KEYS)) as { keys: { kid: string }[] }
    expect(() => document.keys.push({ kid: '2' })).toThrow(TypeError)
  })

  it('that cannot be had is not asked for again for half a minute', async () => {
    const { reasonOf, clock, times } = reader((nth) => (nth === 1 ? new OutgoingError('timeout', 'late') : {}))
    expect(await reasonOf()).toBe('timeout')
    clock.pass({ seconds: 29 })
    expect(await reasonOf({ rechecks: true })).toBe('timeout')
    expect(times()).toBe(1)
    clock.pass({ seconds: 1 })
    expect(await reasonOf()).toEqual({ times: 2 })
  })

  it('is asked for again when a key is not in it, but not more often than twice a minute', async () => {
    const { read, clock, times } = reader(() => cached('max-age=3600'))
    await read(URL_OF_KEYS)
    clock.pass({ seconds: 29 })
    expect(await read(URL_OF_KEYS, { rechecks: true })).toEqual({ times: 1 })
    clock.pass({ seconds: 1 })
    expect(await read(URL_OF_KEYS, { rechecks: true })).toEqual({ times: 2 })
    await read(URL_OF_KEYS, { rechecks: true })
    expect(times()).toBe(2)
  })

  it('stays good while it is fresh, though asking again failed', async () => {
    const { reasonOf, clock, times } = reader((nth) =>
      nth === 1 ? cached('max-age=3600') : new OutgoingError('unreachable', 'away'),
    )
    await reasonOf()
    clock.pass({ seconds: 60 })
    expect(await reasonOf({ rechecks: true })).toEqual({ times: 1 })
    expect(await reasonOf({ rechecks: true })).toEqual({ times: 1 })
    expect(times()).toBe(2)
    clock.pass({ seconds: 3600 })
    expect(await reasonOf()).toBe('unreachable')
  })

  it.each([
    ['text/html', 'not-json'],
    ['text/json', 'not-json'],
    ['application/jwk-set+json', { times: 1 }],
    ['application/json; charset=utf-8', { times: 1 }],
  ])('of the media type %s is answered by %j', async (type, expected) => {
    const { reasonOf } = reader(() => ({ headers: new Headers({ 'content-type': type }) }))
    expect(await reasonOf()).toEqual(expected)
  })

  it.each([302, 404, 500, 204])('answered with status %i is none', async (status) => {
    expect(await reader(() => ({ status })).reasonOf()).toBe('status')
  })

  it('that is no JSON, or no UTF-8, is none', async () => {
    expect(await reader(() => ({ body: Buffer.from('<html>') })).reasonOf()).toBe('not-json')
    expect(await reader(() => ({ body: Buffer.from([0x22, 0xff, 0x22]) })).reasonOf()).toBe('not-json')
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`
    expect(await reader(() => ({ body: Buffer.from(deep) })).reasonOf()).toBe('not-json')
  })

  it('is one of a thousand at most: the oldest is forgotten', async () => {
    const { read, times } = reader(() => ({}))
    for (let nth = 0; nth <= 1000; nth += 1) await read(`https://app.example/${nth}`)
    await read('https://app.example/1')
    expect(times()).toBe(1001)
    await read('https://app.example/0')
    expect(times()).toBe(1002)
  })
})
