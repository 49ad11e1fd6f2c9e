import type { LookupAddress } from 'node:dns'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { OutgoingError } from '../../src/errors/outgoing-error.ts'
import { createGuardedFetch } from '../../src/outgoing/guarded-fetch.ts'
import type { OutgoingPolicy } from '../../src/outgoing/policy.ts'
import { listenOn } from './listener.ts'

const LOOSE = { allowHttp: true, allowedPorts: 'any' } as const
const LOCAL = { ...LOOSE, allowedNetworks: ['127.0.0.0/8'] } as const

/** A fetcher whose names lead where the test says; each answer of the list is given once, the last one for ever. */
function fetcher(policy: OutgoingPolicy, ...answers: readonly string[][]) {
  let asked = 0
  const resolve = async (): Promise<LookupAddress[]> => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  const guarded = createGuardedFetch(policy, answers.length > 0 ? resolve : undefined)
  afterAll(() => guarded.close())
  return { ...guarded, asked: () => asked }
}

const failure = (work: Promise<unknown>): Promise<OutgoingError['reason'] | 'answered'> =>
  work.then(
    () => 'answered' as const,
    (error: OutgoingError) => error.reason ?? error,
  )

describe('an outgoing request', async () => {
  const everywhere = await listenOn('::', (_, response) => response.end('secret'))
  const { port } = everywhere

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.1', 'loopback, shortened'],
    ['2130706433', 'loopback as one decimal number'],
    ['0x7f000001', 'loopback as one hexadecimal number'],
    ['0177.0.0.1', 'loopback in octal'],
    ['0.0.0.0', 'this host (RFC 1122 §3.2.1.3)'],
    ['0.1.2.3', 'this network'],
    ['[::1]', 'loopback'],
    ['[::]', 'unspecified'],
    ['[::ffff:127.0.0.1]', 'IPv4-mapped (RFC 4291 §2.5.5.2)'],
    ['[::ffff:7f00:1]', 'IPv4-mapped'],
    ['[::127.0.0.1]', 'IPv4-compatible (RFC 4291 §2.5.5.1)'],
    ['[64:ff9b::7f00:1]', 'NAT64 (RFC 6052)'],
    ['[64:ff9b:1::7f00:1]', 'local NAT64 (RFC 8215)'],
    ['[2002:7f00:1::]', '6to4 (RFC 3056)'],
    ['[2001:0:7f00:1::]', 'Teredo (RFC 4380)'],
    ['[fe80::1]', 'link-local'],
    ['[fc00::1]', 'unique local (RFC 4193)'],
    ['[fd00:ec2::254]', 'the metadata service of EC2'],
    ['[fec0::1]', 'site-local'],
    ['[ff02::1]', 'multicast'],
    ['[2001:db8::1]', 'documentation'],
    ['10.0.0.1', 'private (RFC 1918)'],
    ['172.16.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'shared (RFC 6598)'],
    ['169.254.169.254', 'the metadata service of clouds'],
    ['168.63.129.16', 'the platform channel of Azure'],
    ['192.0.0.192', 'the metadata service of Oracle'],
    ['198.18.0.1', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
  ])('does not go to %s: %s', async (host) => {
    const { fetch } = fetcher(LOOSE)
    expect(await failure(fetch(`http://${host}:${port}/`))).toBe('refused')
    expect(everywhere.hits).toBe(0)
  })

  it.each(['localhost', 'LOCALHOST'])('does not go to %s, whose address is private', async (host) => {
    const { fetch } = fetcher(LOOSE)
    expect(await failure(fetch(`http://${host}:${port}/`))).toBe('refused')
    expect(everywhere.hits).toBe(0)
  })

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['fe80::1%lo']],
    [['8.8.8.8', '127.0.0.1']],
    [['2606:4700::1111', '::1']],
    [['not an address']],
  ])('does not go to a name that leads to %s', async (addresses) => {
    const { fetch } = fetcher(LOOSE, addresses)
    expect(await failure(fetch(`http://app.example:${port}/`))).toBe('refused')
    expect(everywhere.hits).toBe(0)
  })

  it('goes to the address that was checked: a name is looked up once a connection', async () => {
    const { fetch, asked } = fetcher({ ...LOCAL, allowedNetworks: ['127.0.0.1/32'] }, ['127.0.0.1'], ['127.0.0.9'])
    const own = await listenOn('127.0.0.1', (_, response) => response.end('fine'))
    const { status, body } = await fetch(`http://app.example:${own.port}/`)
    expect({ status, text: body.toString() }).toEqual({ status: 200, text: 'fine' })
    expect(asked()).toBe(1)
  })

  it('does not go where a name leads the second time, when that is private', async () => {
    // 192.0.2.1 is nobody’s: allowed here, so that the first look-up passes as a public address would.
    const policy = { ...LOOSE, allowedNetworks: ['192.0.2.0/24'], timeoutSeconds: 0.2 }
    const { fetch } = fetcher(policy, ['192.0.2.1'], ['127.0.0.1'])
    expect(['timeout', 'unreachable']).toContain(await failure(fetch(`http://app.example:${port}/`)))
    expect(await failure(fetch(`http://app.example:${port}/`))).toBe('refused')
    expect(everywhere.hits).toBe(0)
  })

  it('does not follow a redirect', async () => {
    const redirecting = await listenOn('127.0.0.2', (_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end(),
    )
    const { fetch } = fetcher({ ...LOOSE, allowedNetworks: ['127.0.0.2/32'] })
    expect((await fetch(`http://127.0.0.2:${redirecting.port}/`)).status).toBe(302)
    expect(redirecting.hits).toBe(1)
    expect(everywhere.hits).toBe(0)
  })

  it.each([
    ['http://app.example/', 'http, where it is not allowed'],
    ['https://user:password@app.example/', 'credentials'],
    ['https://user@app.example/', 'a user name'],
    ['https://app.example:6379/', 'another port'],
    ['gopher://app.example/', 'another scheme'],
    ['file:///etc/passwd', 'a file'],
    ['data:application/json,{}', 'data'],
    ['/only-a-path', 'no host'],
  ])('does not ask for %s: %s', async (url) => {
    const { fetch, asked } = fetcher({}, ['127.0.0.1'])
    expect(await failure(fetch(url))).toBe('refused')
    expect(asked()).toBe(0)
  })

  it('does not ask for a URL of more than 2048 characters', async () => {
    const { fetch, asked } = fetcher({}, ['127.0.0.1'])
    expect(await failure(fetch(`https://app.example/${'x'.repeat(2048)}`))).toBe('refused')
    expect(asked()).toBe(0)
  })

  it('knows of no proxy, whatever the environment says', async () => {
    const proxy = await listenOn('127.0.0.1', (_, response) => response.end('proxied'))
    const own = await listenOn('127.0.0.1', (_, response) => response.end('direct'))
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`
    try {
      const answer = await fetcher(LOCAL).fetch(`http://127.0.0.1:${own.port}/`)
      expect(answer.body.toString()).toBe('direct')
      expect(proxy.hits).toBe(0)
    } finally {
      for (const name of names) delete process.env[name]
    }
  })
})

describe('what is answered to an outgoing request', () => {
  it('is waited for no longer than the deadline, though it trickles', async () => {
    const timers = new Set<NodeJS.Timeout>()
    const slow = await listenOn('127.0.0.1', (request, response) => {
      if (request.url === '/never') return
      response.writeHead(200).write('{')
      timers.add(setInterval(() => response.write(' '), 20))
    })
    afterAll(() => timers.forEach(clearInterval))
    const { fetch } = fetcher({ ...LOCAL, timeoutSeconds: 0.3 })
    expect(await failure(fetch(`http://127.0.0.1:${slow.port}/never`))).toBe('timeout')
    expect(await failure(fetch(`http://127.0.0.1:${slow.port}/trickle`))).toBe('timeout')
  })

  it('that came too late once is not waited for again at once: whoever hangs costs others nothing', async () => {
    let asked = 0
    const hanging = await listenOn('127.0.0.1', () => {
      asked += 1
    })
    const { fetch } = fetcher({ ...LOCAL, timeoutSeconds: 0.2 })
    const url = `http://127.0.0.1:${hanging.port}/hangs`
    expect(await failure(fetch(`${url}?nth=1`))).toBe('timeout')
    for (let nth = 2; nth < 20; nth += 1) expect(await failure(fetch(`${url}?nth=${nth}`))).toBe('timeout')
    expect(asked).toBe(1)
    expect(await failure(fetch(`http://127.0.0.1:${hanging.port}/other`))).toBe('timeout')
    expect(asked).toBe(2)
  })

  it('is read no further than its most bytes, though it has no end', async () => {
    let isClosed = false
    const endless = await listenOn('127.0.0.1', (_, response) => {
      response.on('close', () => {
        isClosed = true
      })
      const more = () => {
        while (!isClosed && response.write(Buffer.alloc(65_536))) {}
        if (!isClosed) response.once('drain', more)
      }
      more()
    })
    const { fetch } = fetcher({ ...LOCAL, maxBodyBytes: 100_000 })
    expect(await failure(fetch(`http://127.0.0.1:${endless.port}/`))).toBe('too-large')
    await expect.poll(() => isClosed).toBe(true)
  })

  it('is not read at all when it says that it is longer', async () => {
    const large = await listenOn('127.0.0.1', (_, response) => response.end('x'.repeat(2000)))
    const { fetch } = fetcher(LOCAL)
    expect(await failure(fetch(`http://127.0.0.1:${large.port}/`, { maxBytes: 1999 }))).toBe('too-large')
    expect((await fetch(`http://127.0.0.1:${large.port}/`, { maxBytes: 2000 })).body).toHaveLength(2000)
  })

  it('is never decompressed: a bomb of gzip is refused', async () => {
    const asked: unknown[] = []
    const bomb = await listenOn('127.0.0.1', (request, response) => {
      asked.push(request.headers['accept-encoding'])
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)))
    })
    expect(await failure(fetcher(LOCAL).fetch(`http://127.0.0.1:${bomb.port}/`))).toBe('encoded')
    expect(asked).toEqual(['identity'])
  })

  it('has no headers without end', async () => {
    const wordy = await listenOn('127.0.0.1', ({ socket }) => {
      socket.on('error', () => undefined).write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`)
    })
    expect(await failure(fetcher(LOCAL).fetch(`http://127.0.0.1:${wordy.port}/`))).toBe('unreachable')
  })

  it('carries a form, posted once', async () => {
    const bodies: string[] = []
    const own = await listenOn('127.0.0.1', async (request, response) => {
      let body = `${request.method} ${request.headers['content-type']} `
      for await (const part of request) body += part
      bodies.push(body)
      response.writeHead(204).end()
    })
    const { fetch } = fetcher(LOCAL)
    const form = { logout_token: 'a.b.c' }
    expect((await fetch(`http://127.0.0.1:${own.port}/`, { method: 'POST', form })).status).toBe(204)
    expect(bodies).toEqual(['POST application/x-www-form-urlencoded logout_token=a.b.c'])
  })

  it('is waited for by 32 at a host; the next is told so, and other hosts are asked as ever', async () => {
    const holding: (() => void)[] = []
    const held = await listenOn('127.0.0.1', (_, response) => holding.push(() => response.end()))
    const other = await listenOn('127.0.0.2', (_, response) => response.end())
    const { fetch } = fetcher(LOCAL)
    const url = `http://127.0.0.1:${held.port}/`
    const waiting = Array.from({ length: 32 }, () => failure(fetch(url)))
    expect(await failure(fetch(url))).toBe('busy')
    expect((await fetch(`http://127.0.0.2:${other.port}/`)).status).toBe(200)
    expect(held.hits).toBeLessThanOrEqual(4)
    const release = setInterval(() => {
      for (const end of holding.splice(0)) end()
    }, 5)
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'answered'))
    clearInterval(release)
  })
})

describe('a deployment', () => {
  it('may name hosts of its own network, which then may have any address', async () => {
    const own = await listenOn('127.0.0.1', (_, response) => response.end())
    const { fetch } = fetcher({ ...LOOSE, allowedHosts: ['backend.internal'] }, ['127.0.0.1'])
    expect((await fetch(`http://backend.internal:${own.port}/`)).status).toBe(200)
    expect(await failure(fetch(`http://other.internal:${own.port}/`))).toBe('refused')
    expect(own.hits).toBe(1)
  })

  it('may allow some ports, and no others', async () => {
    const own = await listenOn('127.0.0.1', (_, response) => response.end())
    const { fetch } = fetcher({ ...LOCAL, allowedPorts: [own.port] })
    expect((await fetch(`http://127.0.0.1:${own.port}/`)).status).toBe(200)
    expect(await failure(fetch(`http://127.0.0.1:${own.port + 1}/`))).toBe('refused')
  })
})
