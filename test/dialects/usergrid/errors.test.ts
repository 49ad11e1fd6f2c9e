import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { NOBODYS, PASSWORD, plugins, usergridAt } from './usergrid.ts'

interface Expected {
  readonly status: number
  readonly error: string
  readonly error_description: string
}

const REFUSED = { status: 400, error: 'invalid_grant', error_description: 'invalid username or password' }
const CORRUPT = {
  status: 401,
  error: 'auth_bad_access_token',
  error_description: 'Unable to authenticate due to corrupt access token',
}
const illegal = (error_description: string) => ({ status: 400, error: 'illegal_argument', error_description })

describeEachServer(
  'the errors of Usergrid',
  () => ({ plugins: plugins() }),
  (server) => {
    const usergrid = usergridAt(server)

    /** Everybody and everything that the tables speak of. */
    let made: ReturnType<typeof makeCast> | undefined
    const cast = () => (made ??= makeCast())
    const makeCast = async () => {
      const { username } = await usergrid.user()
      const { app, clientSecret = '' } = await usergrid.app({ grants: ['client_credentials', 'password'] })
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const standard = await server().createApp()
      const credentials = { client_id: standard.app.clientId, client_secret: standard.clientSecret ?? '' }
      const user = { grant_type: 'password', username, password: PASSWORD }
      return { own, standard: credentials, user, client: { grant_type: 'client_credentials', ...own } }
    }
    type Cast = Awaited<ReturnType<typeof makeCast>>

    const tokenRequests: [string, (cast: Cast) => object, Expected][] = [
      ['a wrong password', ({ own, user }) => ({ ...own, ...user, password: 'wrong' }), REFUSED],
      ['a user whom nobody knows', ({ own, user }) => ({ ...own, ...user, username: 'nobody' }), REFUSED],
      ['no user', ({ own, user }) => ({ ...own, ...user, username: undefined }), REFUSED],
      ['a password without an app, where an admin named none', ({ user }) => user, REFUSED],
      ['a wrong secret', ({ client }) => ({ ...client, client_secret: 'wrong' }), REFUSED],
      ['no secret', ({ client }) => ({ ...client, client_secret: undefined }), REFUSED],
      ['an app that nobody knows', ({ client }) => ({ ...client, client_id: NOBODYS }), REFUSED],
      ['an app of the standard', ({ standard }) => ({ grant_type: 'client_credentials', ...standard }), REFUSED],
      ['no grant type', ({ own }) => own, REFUSED],
      ['a grant type of nobody', ({ client }) => ({ ...client, grant_type: 'magic' }), REFUSED],
      ['a grant type that is a name of every object', ({ own }) => ({ ...own, grant_type: 'constructor' }), REFUSED],
      [
        'a grant that Usergrid has not',
        ({ own }) => ({ ...own, grant_type: 'refresh_token', refresh_token: 'x' }),
        REFUSED,
      ],
      ['a grant that the app has not', ({ own }) => ({ ...own, grant_type: 'authorization_code', code: 'x' }), REFUSED],
      ['a ttl that is no number', ({ client }) => ({ ...client, ttl: 'derp' }), illegal('ttl must be a number >= 0')],
      ['a ttl below zero', ({ client }) => ({ ...client, ttl: -1 }), illegal('ttl must be a number >= 0')],
      ['a list for a ttl', ({ client }) => ({ ...client, ttl: [1, 2] }), illegal('ttl must be a number >= 0')],
      [
        'a ttl beyond the longest',
        ({ client }) => ({ ...client, ttl: 604_800_001 }),
        illegal('Your token age cannot be more than the maximum age of 604800000 milliseconds'),
      ],
    ]
    it.each(tokenRequests)('%s', async (_, body, { status, ...expected }) => {
      const answer = await usergrid.tokenByJson(body(await cast()))
      expect(answer).toMatchObject({ status, body: expected })
      const isApi = answer.body.error === 'illegal_argument'
      expect(Object.keys(answer.body).sort()).toEqual([
        ...(isApi ? ['duration'] : []),
        'error',
        'error_description',
        ...(isApi ? ['timestamp'] : []),
      ])
    })

    it.each(['', 'null'])('JSON is announced, and there is none: %j', async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await server().fetch('/management/token', { method: 'POST', body, headers })
      expect(await usergrid.json(answer)).toMatchObject({
        status: 400,
        body: { error: 'illegal_argument', error_description: 'missing json post data' },
      })
    })

    it('credentials in a URL are refused, whichever method brings them, until an admin lets them', async () => {
      const { client } = await cast()
      const path = `/management/token?${new URLSearchParams(client)}`
      expect(await usergrid.json(await server().fetch(path))).toMatchObject({
        status: 400,
        body: { error: 'illegal_argument' },
      })
      expect(await usergrid.json(await server().fetch(path, { method: 'POST' }))).toMatchObject({ status: 400 })
      await usergrid.set('credentialsInUrl', true)
      const answers = [await server().fetch(path), await server().fetch(path, { method: 'POST' })]
      await usergrid.set('credentialsInUrl', false)
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    })

    it('too many wrong passwords: 429, with the time to wait', async () => {
      const { own } = await cast()
      const { username } = await usergrid.user()
      const guess = () => usergrid.tokenByJson({ ...own, grant_type: 'password', username, password: 'wrong' })
      let answer = await guess()
      for (let tries = 0; answer.status === 400 && tries < 30; tries++) answer = await guess()
      expect(answer).toMatchObject({ status: 429, body: { error: 'too_many_attempts' } })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    })

    const tokens: [string, (cast: Cast) => Promise<string | undefined>, Expected][] = [
      [
        'no token',
        async () => undefined,
        {
          status: 401,
          error: 'auth_missing_credentials',
          error_description: 'Unable to authenticate due to missing credentials',
        },
      ],
      ['a token of nobody', async () => 'YWMtnothing', CORRUPT],
      [
        'a token that is over',
        async ({ client }) => {
          const { body } = await usergrid.tokenByJson({ ...client, ttl: 1000 })
          server().clock.pass({ seconds: 1 })
          return body.access_token
        },
        {
          status: 401,
          error: 'expired_token',
          error_description: 'Unable to authenticate due to expired access token',
        },
      ],
      [
        'a token that was revoked',
        async ({ client, own }) => {
          const { body } = await usergrid.tokenByJson(client)
          await server().form('/oauth/revoke', { ...own, token: body.access_token })
          return body.access_token
        },
        CORRUPT,
      ],
      [
        'a token of an app of the standard',
        async ({ standard }) => {
          const answer = await server().form('/oauth/token', { grant_type: 'client_credentials', ...standard })
          return ((await answer.json()) as { access_token: string }).access_token
        },
        {
          status: 401,
          error: 'auth_unverified_oath',
          error_description: 'Unable to authenticate OAuth credentials',
        },
      ],
    ]
    it.each(tokens)('a protected call with %s', async (_, token, { status, ...expected }) => {
      const plain = await token(await cast())
      const headers: Record<string, string> = plain === undefined ? {} : { authorization: `Bearer ${plain}` }
      const answer = await usergrid.json(await server().fetch('/management/me', { headers }))
      expect(answer).toMatchObject({
        status,
        body: { ...expected, timestamp: expect.any(Number), duration: expect.any(Number) },
      })
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    })
  },
)
