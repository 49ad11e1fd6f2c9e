import { createHash } from 'node:crypto'
import type { Config } from 'grantql'
import { createTestServer, type TestApp, type TestServer, type TestUser } from 'grantql/testing'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'

export const ISSUER = 'http://localhost:3000'
export const CALLBACK = 'https://rp.example/cb'
export const ALL_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'read']
const VERIFIER = 'v'.repeat(43)

type Params = Readonly<Record<string, string>>

/** A server with OpenID Connect and what it stands on. */
export const openidServer = (databaseUrl: string, more: Config['plugins'] = [], config: Partial<Config> = {}) =>
  createTestServer({
    ...config,
    databaseUrl,
    plugins: [
      authorizationCode(),
      refreshToken(),
      clientCredentials(),
      introspection(),
      revocation(),
      passwordSignIn(),
      openid(),
      ...more,
    ],
    scopes: config.scopes ?? [{ name: 'read', description: 'Read your data' }],
  })

export const of = ({ clientId, clientSecret }: TestApp) => ({
  client_id: clientId,
  ...(clientSecret && { client_secret: clientSecret }),
})

/** An app, a browser with its person, and the way from one to the other. */
export interface Flow {
  /** An app with all scopes and both grants. */
  createApp(app?: Parameters<TestServer['createApp']>[0]): Promise<TestApp>
  setting(app: TestApp, name: string, value: unknown): Promise<void>
  /** What the authorization endpoint answers to who has this session. */
  authorize(app: TestApp, user: TestUser | undefined, params?: Params): Promise<Response>
  /** What the page of an approval answers to a yes to everything. */
  sayYes(approvePath: string, user: TestUser): Promise<Response>
  /** The members of the answer, after a yes to everything where somebody is asked. */
  approved(app: TestApp, user: TestUser, params?: Params): Promise<Params>
  /** The token response of the whole flow. */
  tokens(app: TestApp, user: TestUser, params?: Params): Promise<Params>
  exchange(app: TestApp, code: string): Promise<{ status: number; body: Params }>
  refresh(app: TestApp, refreshToken: string, params?: Params): Promise<{ status: number; body: Params }>
}

export function flowOf(server: () => TestServer): Flow {
  const open = (path: string, user: TestUser | undefined) =>
    server().fetch(path, {
      redirect: 'manual',
      headers: user ? { cookie: `grantql-session=${user.sessionToken}` } : {},
    })

  async function sayYes(path: string, user: TestUser): Promise<Response> {
    const page = await (await open(path, user)).text()
    const csrf = /name="([^"]*csrf[^"]*)" value="([^"]+)"/.exec(page)
    const form = new URLSearchParams({ [csrf?.[1] ?? 'csrf']: csrf?.[2] ?? '', decision: 'approve' })
    for (const [, scope = ''] of page.matchAll(/name="scope" value="([^"]+)"/g)) form.append('scope', scope)
    return server().fetch(path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `grantql-session=${user.sessionToken}`,
        origin: ISSUER,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    })
  }

  const flow: Flow = {
    sayYes,
    createApp: (app = {}) =>
      server().createApp({
        grants: ['authorization_code', 'refresh_token'],
        scopes: ALL_SCOPES,
        redirectUris: [CALLBACK],
        ...app,
      }),

    async setting({ app }, name, value) {
      const { core } = server().server
      const latest = (await core.apps.byId(app.id)) ?? app
      await core.apps.update({ ...latest, settings: { ...latest.settings, [`openid.${name}`]: value } })
    },

    authorize(app, user, params = {}) {
      const query = new URLSearchParams({
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: 'openid',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
        ...params,
      })
      return open(`/oauth/authorize?${query}`, user)
    },

    async approved(app, user, params) {
      const opened = await flow.authorize(app, user, params)
      const to = locationOf(opened)
      return membersOf(to.pathname.startsWith('/approve/') ? await sayYes(to.pathname, user) : opened)
    },

    async exchange(app, code) {
      const params = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
      return server().form('/oauth/token', { ...of(app), ...params })
    },

    async tokens(app, user, params) {
      const { code, ...rest } = await flow.approved(app, user, params)
      if (code === undefined) throw new Error(`There is no code: ${JSON.stringify(rest)}`)
      const { status, body } = await flow.exchange(app, code)
      if (status !== 200) throw new Error(`There are no tokens: ${JSON.stringify(body)}`)
      return body
    },

    refresh: (app, refreshToken, params = {}) =>
      server().form('/oauth/token', {
        ...of(app),
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...params,
      }),
  }
  return flow
}

export const locationOf = (response: Response) => new URL(response.headers.get('location') ?? 'about:blank', ISSUER)
export const membersOf = (response: Response): Params => Object.fromEntries(locationOf(response).searchParams)
