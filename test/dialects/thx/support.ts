import { authorizationCode } from '../../../plugins/authorization-code/index.ts'
import { openid } from '../../../plugins/openid/index.ts'
import { refreshToken } from '../../../plugins/refresh-token/index.ts'
import { thx } from '../../../plugins/thx/index.ts'
import type { TestDatabase } from '../../support/database.ts'
import { freePort } from '../../support/free-port.ts'
import { basic, describeEachServer, type TestServer } from '../../support/server.ts'

export const CALLBACK = 'https://wallet.example/cb'

/** Declares tests for a server that speaks as the system at its own host, on each database. */
export function describeThx(title: string, declare: (server: () => TestServer, database: TestDatabase) => void): void {
  const options = async () => {
    const port = await freePort()
    return {
      port,
      plugins: [authorizationCode(), refreshToken(), openid(), thx({ hosts: [`127.0.0.1:${port}`] })],
      // Tokens of the system live as long as they do there, whatever the server's own do.
      config: { tokens: { accessTokenTtlSeconds: 300 } },
    }
  }
  describeEachServer(title, options, declare)
}

export interface Application {
  readonly clientId: string
  readonly clientSecret: string
  /** As the page of the system has it: without an encoding. */
  readonly basic: string
}

const application = ({
  app,
  clientSecret = '',
}: {
  app: { clientId: string }
  clientSecret: string | undefined
}): Application => ({ clientId: app.clientId, clientSecret, basic: basic(app.clientId, clientSecret) })

/** Software that acts for itself, as the dashboard registers it. */
export const backend = async (server: TestServer): Promise<Application> =>
  application(await server.createApp({ dialect: 'thx', scopes: ['openid', 'admin'] }))

/** Software that acts for people, as the dashboard registers it. */
export const wallet = async (server: TestServer, redirectUri = CALLBACK): Promise<Application> =>
  application(
    await server.createApp({
      name: 'Wallet',
      dialect: 'thx',
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['openid', 'user', 'email', 'offline_access'],
      redirectUris: [redirectUri],
    }),
  )

/** What a JSON route answered. */
export interface Said {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the test knows its shape
  readonly body: any
}

export async function said(response: Response): Promise<Said> {
  return { status: response.status, headers: response.headers, body: await response.json() }
}

type Params = Parameters<TestServer['form']>[1]

/** Posts a form to the token endpoint. */
export const token = async (
  server: TestServer,
  params: Params,
  { basic: authorization }: Partial<Application> = {},
): Promise<Said> => said(await server.form('/token', params, authorization === undefined ? {} : { authorization }))
