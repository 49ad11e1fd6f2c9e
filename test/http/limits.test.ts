import { describe, expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'
import { sendRaw, statusOf } from './raw.ts'

const FORM = 'content-type: application/x-www-form-urlencoded\r\n'

describeEachServer(
  'limits of a request',
  () => ({}),
  (server) => {
    const head = (line: string, headers = '') => `${line} HTTP/1.1\r\nhost: x.example\r\n${headers}`

    it('a body that is announced as too large is refused before it is read: 413 (RFC 9110 §15.5.14)', async () => {
      const { text } = await sendRaw(
        server(),
        `${head('POST /oauth/token', `${FORM}content-length: 1073741824\r\n`)}\r\n`,
      )
      expect(statusOf(text)).toBe(413)
      expect(text).toContain('"error":"invalid_request"')
    })

    it.each([256 * 1024 + 1, 10 * 1024 * 1024])('a body of %i bytes: 413', async (length) => {
      for (const path of ['/oauth/token', '/oauth/code', '/sign-in', '/graphql']) {
        const response = await server().fetch(path, {
          method: 'POST',
          headers: { 'content-type': path === '/graphql' ? 'application/json' : 'application/x-www-form-urlencoded' },
          body: 'x'.repeat(length),
        })
        expect(response.status, path).toBe(413)
      }
    })

    it('a body without a length is read as far as it may go: 413, with a flat memory', async () => {
      const chunk = new Uint8Array(64 * 1024)
      const before = process.memoryUsage().rss
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(chunk),
      })
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
        duplex: 'half',
      } as RequestInit
      const status = await server()
        .fetch('/oauth/token', init)
        .then(
          ({ status }) => status,
          () => 413,
        )
      expect(status).toBe(413)
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    })

    it('a POST without a body, and HTTP/1.0 without a host, are answered like any other', async () => {
      const empty = await sendRaw(server(), `${head('POST /oauth/token', 'connection: close\r\n')}\r\n`)
      expect(statusOf(empty.text)).toBe(400)
      const old = await sendRaw(server(), 'GET /health/live HTTP/1.0\r\n\r\n')
      expect(statusOf(old.text)).toBe(200)
    })

    it('a chunked body within the limit is read', async () => {
      const { basic } = await server().createApp()
      const body = 'grant_type=client_credentials'
      const chunked = `${head('POST /oauth/token', `${FORM}authorization: ${basic}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n`)}\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      const { text } = await sendRaw(server(), chunked)
      expect(statusOf(text)).toBe(200)
    })

    it('100 KB of headers: 431; a URL of 20 or 64 KB: 414 (RFC 6585 §5, RFC 9110 §15.5.15)', async () => {
      const long = await sendRaw(server(), `${head('GET /', `x-long: ${'x'.repeat(100_000)}\r\n`)}\r\n`)
      expect(statusOf(long.text)).toBe(431)
      const many = await sendRaw(server(), `${head('GET /', 'x: y\r\n'.repeat(10_000))}\r\n`)
      expect(statusOf(many.text)).toBe(431)
      for (const path of ['/', '/oauth/authorize', '/nowhere']) {
        for (const length of [20_000, 64_000]) {
          const { text } = await sendRaw(
            server(),
            `${head(`GET ${path}?${'x'.repeat(length)}`, 'connection: close\r\n')}\r\n`,
          )
          expect(statusOf(text), `${path} ${length}`).toBe(414)
        }
      }
    })

    describe('smuggling: refused and the connection closed (RFC 9112 §6.3, ASVS 4.2.1)', () => {
      const smuggled: [string, string][] = [
        [
          'a length and chunks',
          `${head('POST /oauth/token', `${FORM}content-length: 5\r\ntransfer-encoding: chunked\r\n`)}\r\n0\r\n\r\n`,
        ],
        ['two lengths', `${head('POST /oauth/token', `${FORM}content-length: 5\r\ncontent-length: 6\r\n`)}\r\nxxxxx`],
        [
          'a folded transfer-encoding',
          `${head('POST /oauth/token', `${FORM}transfer-encoding:\r\n chunked\r\ncontent-length: 1\r\n`)}\r\n0\r\n\r\n`,
        ],
        [
          'an unknown transfer-encoding',
          `${head('POST /oauth/token', `${FORM}transfer-encoding: xchunked\r\n`)}\r\n0\r\n\r\n`,
        ],
        ['a bare line feed', 'POST /oauth/token HTTP/1.1\nhost: x\ncontent-length: 0\n\n'],
        [
          'a chunk that is no number',
          `${head('POST /oauth/token', `${FORM}transfer-encoding: chunked\r\n`)}\r\nzz\r\n\r\n`,
        ],
        ['a space before the colon', `${head('POST /oauth/token', `content-length : 5\r\n`)}\r\nxxxxx`],
        ['no host', 'GET / HTTP/1.1\r\n\r\n'],
      ]
      it.each(smuggled)('%s', async (_, bytes) => {
        const { text, isClosed } = await sendRaw(server(), `${bytes}`)
        expect(statusOf(text)).toBe(400)
        expect(isClosed).toBe(true)
        expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
      })
    })

    it('requests in one pipeline are answered in order (RFC 9112 §9.3.2)', async () => {
      const live = `${head('GET /health/live')}\r\n`
      const last = `${head('GET /nowhere', 'connection: close\r\n')}\r\n`
      const { text } = await sendRaw(server(), live.repeat(50) + last)
      expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(50)
      expect(text.lastIndexOf('HTTP/1.1 404')).toBeGreaterThan(text.lastIndexOf('HTTP/1.1 200'))
    })

    it('TRACE and methods that nobody has: 405 or 400, and nothing is echoed', async () => {
      for (const method of ['TRACE', 'PROPFIND', 'BREW']) {
        const { text } = await sendRaw(
          server(),
          `${head(`${method} /oauth/token`, 'x-secret: abc\r\nconnection: close\r\n')}\r\n`,
        )
        expect([400, 405]).toContain(statusOf(text))
        expect(text).not.toContain('abc')
      }
    })

    it('a caller that leaves in the middle of a body costs nothing', async () => {
      for (let index = 0; index < 20; index++) {
        await sendRaw(server(), `${head('POST /oauth/token', `${FORM}content-length: 100\r\n`)}\r\ngrant_type=`, 5)
      }
      expect((await server().fetch('/health/ready')).status).toBe(200)
      expect(server().logLines.filter(({ level }) => level === 'error')).toEqual([])
    })
  },
)
