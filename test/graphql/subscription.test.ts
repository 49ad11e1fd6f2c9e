import { beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import {
  type AskOptions,
  CODE_GRANT,
  makeApp,
  openGraphQL,
  post,
  type TestApp,
  type TestGraphQL,
  type TestUser,
} from './support.ts'

const DECIDED = 'subscription ($code: String!) { approvalDecided(code: $code) { id status scopes app { name } } }'
const STREAM = { accept: 'text/event-stream' }

interface Event {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document asks for
  readonly data: any
}

/** The events of a stream as they come, pings left out. */
async function* eventsOf(response: Response): AsyncGenerator<Event> {
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const of = (field: string) =>
        lines
          .find((line) => line.startsWith(`${field}:`))
          ?.slice(field.length + 1)
          .trim()
      const name = of('event')
      if (name !== undefined) yield { name, data: of('data') ? JSON.parse(of('data') as string) : undefined }
    }
  }
}

const all = async (response: Response) => Array.fromAsync(eventsOf(response))

describe.each(databases)('subscription approvalDecided ($name)', (database) => {
  let server: TestGraphQL
  let app: TestApp
  let user: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database)
    user = await server.user()
    app = await makeApp(server, user)
  })

  const requestCode = async () => {
    const { clientId, clientSecret } = app
    const document = 'mutation($input:RequestCodeInput!){requestCode(input:$input){... on CodeRequest{code handle}}}'
    return (await server.ask(document, { input: { clientId, clientSecret } })).data.requestCode as {
      code: string
      handle: string
    }
  }
  const listen = (code: string, options: AskOptions = {}, signal?: AbortSignal) => {
    const request = post(JSON.stringify({ query: DECIDED, variables: { code } }), {
      headers: { ...STREAM, ...options.headers },
    })
    return server.send(signal ? new Request(request, { signal }) : request, options)
  }
  const decide = (verb: 'approve' | 'deny', handle: string) =>
    server.ask(`mutation($h:String!){${verb}(input:{handle:$h}){__typename}}`, { h: handle }, user.bearer)

  it('tells a waiting app of the decision, once, and ends', async () => {
    const { code, handle } = await requestCode()
    const response = await listen(code)
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store',
    ])
    expect([response.headers.get('connection'), response.headers.get('content-encoding')]).toEqual([null, null])
    const events = all(response)
    await decide('approve', handle)
    expect(await events).toEqual([
      {
        name: 'next',
        data: {
          data: {
            approvalDecided: { id: expect.any(String), status: 'APPROVED', scopes: ['read'], app: { name: 'Reader' } },
          },
        },
      },
      { name: 'complete', data: undefined },
    ])
  })

  it('tells at once what was decided before', async () => {
    const { code, handle } = await requestCode()
    await decide('deny', handle)
    const [event] = await all(await listen(code))
    expect(event?.data.data.approvalDecided.status).toBe('DENIED')
  })

  it('tells that the time is over', async () => {
    const own = await openGraphQL(database)
    const { clientId, clientSecret } = await makeApp(own, await own.user())
    const { data } = await own.ask(
      'mutation($input:RequestCodeInput!){requestCode(input:$input){... on CodeRequest{code}}}',
      { input: { clientId, clientSecret } },
    )
    const request = post(JSON.stringify({ query: DECIDED, variables: { code: data.requestCode.code } }), {
      headers: STREAM,
    })
    const events = all(await own.send(request))
    own.clock.pass({ seconds: 601 })
    expect((await events)[0]?.data.data.approvalDecided.status).toBe('EXPIRED')
  })

  it('a code that nothing has is a typed answer at the top level, and ends', async () => {
    const { handle } = await requestCode()
    for (const code of ['nothing', handle, '']) {
      const events = await all(await listen(code))
      expect(events).toEqual([
        {
          name: 'next',
          data: expect.objectContaining({ errors: [expect.objectContaining({ extensions: { code: 'not_found' } })] }),
        },
        { name: 'complete', data: undefined },
      ])
    }
  })

  it('is answered as a stream alone, and leaves nothing open otherwise', async () => {
    const { code } = await requestCode()
    const request = () => post(JSON.stringify({ query: DECIDED, variables: { code } }))
    for (let count = 0; count < 150; count++) expect((await server.send(request())).status).toBe(406)
    const response = await listen(code)
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })

  it('one address has 100 streams at most; whoever leaves makes room', async () => {
    const { code } = await requestCode()
    const address = '198.51.100.7'
    const open = await Promise.all(Array.from({ length: 100 }, () => listen(code, { address })))
    expect(open.every(({ status }) => status === 200)).toBe(true)
    const refused = await listen(code, { address })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await all(refused))[0]?.data.errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE')
    expect((await listen(code, { address: '198.51.100.8' })).status).toBe(200)
    await open[0]?.body?.cancel()
    const again = await listen(code, { address })
    expect(again.status).toBe(200)
    await Promise.all([...open.slice(1), again].map(({ body }) => body?.cancel()))
  })

  it('a query over a stream is one event', async () => {
    const response = await server.send(post('{"query":"{__typename}"}', { headers: STREAM }))
    expect(await all(response)).toEqual([
      { name: 'next', data: { data: { __typename: 'Query' } } },
      { name: 'complete', data: undefined },
    ])
  })

  it('the code grant is the one that was meant', () => {
    expect(server.core.registry.grants.has(CODE_GRANT)).toBe(true)
  })
})
