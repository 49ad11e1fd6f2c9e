import { definePlugin, formParams, objectParams } from 'grantql/plugin'
import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'

/** Somebody else's token endpoint: JSON under other names, errors with other statuses. */
const toyDialect = (id: string, marker: string) =>
  definePlugin()({
    id,
    dialect: {
      id,
      recognises: (request, params) => request.headers.get('x-toy') === marker || params.all('toy')[0] === marker,
      mintClientId: () => `${id}-${Math.random().toString(36).slice(2)}`,
      sharedEndpoints: [
        {
          method: 'POST',
          path: '/oauth/token',
          async handle(ctx, request) {
            const body = await request.text()
            if (body === 'bug') throw new Error('a bug of the dialect')
            const params = body.startsWith('{') ? objectParams(JSON.parse(body)) : formParams(new URLSearchParams(body))
            const text = (name: string) => params.all(name)[0] as string | undefined
            const { accessToken } = await ctx.operations.exchangeToken({
              grantType: text('flow') ?? '',
              params,
              credentials: { clientId: text('key') ?? text('client_id'), clientSecret: text('password') },
              request: ctx.request,
            })
            return Response.json({ id, token: accessToken }, { status: 201 })
          },
        },
      ],
      renderError: (error) => Response.json({ id, fault: error.code.toUpperCase() }, { status: 418 }),
    },
  })

const plugins = () => [toyDialect('toy-a', 'a'), toyDialect('toy-b', 'b')]
const GRANT = { grant_type: 'client_credentials' }

describeEachServer(
  'a token endpoint that dialects share',
  () => ({ plugins: plugins() }),
  (server) => {
    const json = async (response: Response) => [response.status, await response.json()]

    it('a known app’s own dialect parses and renders, success and error', async () => {
      const { app, clientSecret = '' } = await server().createApp({ dialect: 'toy-a' })
      expect(app.clientId).toMatch(/^toy-a-/)
      const good = await server().form('/oauth/token', {
        client_id: app.clientId,
        flow: 'client_credentials',
        password: clientSecret,
      })
      expect(await json(good)).toEqual([201, { id: 'toy-a', token: expect.any(String) }])
      expect(good.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
      const wrong = await server().form('/oauth/token', {
        client_id: app.clientId,
        flow: 'client_credentials',
        password: 'wrong',
      })
      expect(await json(wrong)).toEqual([418, { id: 'toy-a', fault: 'INVALID_CLIENT' }])
    })

    it('finds the app in a JSON body, a multipart body, a header or the query', async () => {
      const { app, clientSecret = '', basic } = await server().createApp({ dialect: 'toy-a' })
      const params = { client_id: app.clientId, flow: 'client_credentials', password: clientSecret }
      const asJson = await server().fetch('/oauth/token', { method: 'POST', body: JSON.stringify(params) })
      expect(asJson.status).toBe(201)
      const multipart = new FormData()
      for (const [name, value] of Object.entries(params)) multipart.append(name, value)
      expect((await server().fetch('/oauth/token', { method: 'POST', body: multipart })).status).toBe(418)
      expect((await server().form('/oauth/token', { flow: 'nothing' }, { authorization: basic })).status).toBe(418)
      expect((await server().fetch(`/oauth/token?${new URLSearchParams(params)}`, { method: 'POST' })).status).toBe(418)
    })

    it('a known app of the standard is answered by the standard, whatever a dialect claims', async () => {
      const { basic } = await server().createApp()
      const response = await server().form('/oauth/token', GRANT, { authorization: basic, 'x-toy': 'a' })
      expect(await json(response)).toMatchObject([200, { token_type: 'Bearer' }])
    })

    it('an unknown app or none is answered by the one dialect that recognises the request', async () => {
      expect(await json(await server().form('/oauth/token', { key: 'nobody', toy: 'b' }))).toEqual([
        418,
        { id: 'toy-b', fault: 'INVALID_REQUEST' },
      ])
      expect(
        await json(
          await server().form('/oauth/token', { client_id: 'nobody', flow: 'client_credentials' }, { 'x-toy': 'a' }),
        ),
      ).toEqual([418, { id: 'toy-a', fault: 'INVALID_CLIENT' }])
    })

    it('where two dialects recognise it, or none does, the standard answers', async () => {
      for (const headers of [{ 'x-toy': 'a' }, {}]) {
        const response = await server().form(
          '/oauth/token',
          { ...GRANT, toy: 'x-toy' in headers ? 'b' : '' },
          headers as Record<string, string>,
        )
        expect(await json(response)).toMatchObject([401, { error: 'invalid_client' }])
      }
    })

    it('a bug of a dialect is a server error in its own words, with the cause in the log alone', async () => {
      const response = await server().fetch('/oauth/token', { method: 'POST', body: 'bug', headers: { 'x-toy': 'a' } })
      expect(await json(response)).toEqual([418, { id: 'toy-a', fault: 'SERVER_ERROR' }])
      expect(
        server().logLines.some(({ fields }) => 'err' in fields && String(fields.err).includes('a bug of the dialect')),
      ).toBe(true)
    })
  },
)
