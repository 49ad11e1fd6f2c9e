import { createHash } from 'node:crypto'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import type { App } from '../../src/apps/app.ts'
import { type Browser, browse } from '../pages/browse.ts'
import { describeEachServer, type TestServer, type TestServerOptions } from '../support/server.ts'

export const CALLBACK = 'https://rp.example/cb'
/** The example of RFC 7636, appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
export const PKCE = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }

type Params = Record<string, string>
export type MadeApp = Awaited<ReturnType<TestServer['createApp']>>

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: it depends on what was asked
  readonly body: any
}

/** What an app and a person do with a server, seen from outside. */
export interface Flow {
  makeApp(given?: Partial<App>): Promise<MadeApp>
  /** The same, which a user registered for themselves: no admin answers for it. */
  makeOwnApp(): Promise<MadeApp>
  /** A browser in which somebody is signed in. */
  person(): Promise<Browser>
  /** Asks the authorization endpoint, by default for a code with PKCE. */
  authorize(browser: Browser, made: MadeApp, more?: Params): Promise<Response>
  /** The same, and the person says yes wherever they are asked. */
  approved(made: MadeApp, more?: Params, scopes?: readonly string[]): Promise<Response>
  code(made: MadeApp, more?: Params): Promise<string>
  token(params: Params, headers?: Params): Promise<Reply>
  /** Exchanges a code; members of `more` that are empty are not sent. */
  exchange(made: MadeApp, code: string, more?: Params): Promise<Reply>
  /** The whole way to a set of tokens. */
  tokens(made: MadeApp, more?: Params): Promise<Reply>
  isActive(made: MadeApp, token: string): Promise<boolean>
}

/** The id of an app, and its secret where it has one, as members of a body. */
export const credentialsOf = ({ app, clientSecret }: MadeApp): Params => ({
  client_id: app.clientId,
  ...(clientSecret && { client_secret: clientSecret }),
})

const APP = { grants: ['authorization_code', 'refresh_token'], redirectUris: [CALLBACK] }

export const locationOf = (response: Response) => new URL(response.headers.get('location') ?? 'missing:')
export const membersOf = (response: Response) => Object.fromEntries(locationOf(response).searchParams)
export const fragmentOf = (response: Response) =>
  Object.fromEntries(new URLSearchParams(locationOf(response).hash.slice(1)))

const isAsked = (response: Response) => locationOf(response).pathname.startsWith('/approve/')
const sent = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))

/** Declares the same tests for a whole server with the code and refresh grants, on each database. */
export function describeConformance(
  title: string,
  declare: (flow: Flow, server: () => TestServer) => void,
  options: () => Omit<TestServerOptions, 'database'> = () => ({}),
): void {
  const withGrants = () => {
    const { plugins = [], ...rest } = options()
    return { ...rest, plugins: [authorizationCode(), refreshToken(), ...plugins] }
  }
  describeEachServer(title, withGrants, (server) => declare(flowOf(server), server))
}

function flowOf(server: () => TestServer): Flow {
  const read = async (response: Response): Promise<Reply> => ({
    status: response.status,
    headers: response.headers,
    body: await response.json(),
  })
  const flow: Flow = {
    makeApp: (given = {}) => server().createApp({ ...APP, ...given }),
    makeOwnApp: async () => server().createApp(APP, await server().createUser()),
    async person() {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      return browser
    },
    authorize(browser, { app }, more = {}) {
      const asked = sent({ response_type: 'code', client_id: app.clientId, redirect_uri: CALLBACK, ...PKCE, ...more })
      return browser.get(`/oauth/authorize?${new URLSearchParams(asked)}`)
    },
    async approved(made, more, scopes) {
      const browser = await flow.person()
      const opened = await flow.authorize(browser, made, more)
      return isAsked(opened) ? browser.decide(locationOf(opened).pathname, 'approve', scopes) : opened
    },
    code: async (made, more) => membersOf(await flow.approved(made, more)).code ?? '',
    token: async (params, headers) => read(await server().form('/oauth/token', params, headers)),
    exchange: (made, code, more = {}) =>
      flow.token(
        sent({
          grant_type: 'authorization_code',
          ...credentialsOf(made),
          code,
          redirect_uri: CALLBACK,
          code_verifier: VERIFIER,
          ...more,
        }),
      ),
    tokens: async (made, more) => flow.exchange(made, await flow.code(made, more)),
    async isActive(made, token) {
      const response = await server().form('/oauth/introspect', { ...credentialsOf(made), token })
      return ((await response.json()) as { active: boolean }).active
    },
  }
  return flow
}
