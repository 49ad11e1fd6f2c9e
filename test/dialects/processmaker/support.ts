import { authorizationCode } from '../../../plugins/authorization-code/index.ts'
import { password } from '../../../plugins/password/index.ts'
import { processmaker } from '../../../plugins/processmaker/index.ts'
import { refreshToken } from '../../../plugins/refresh-token/index.ts'
import type { TestServer, TestServerOptions } from '../../support/server.ts'

/** A host at which every shared path is the dialect's, whoever asks. */
export const HOME = 'acme.processmaker.example'
export const PASSWORD = 'correct horse battery'
export const CALLBACK = 'https://rp.example/cb'
export const TYPES = ['authorization_code_grant', 'personal_access_client', 'password_client']

/** What a server needs to speak ProcessMaker. */
export const options = (): Omit<TestServerOptions, 'database'> => ({
  plugins: [authorizationCode(), password(), refreshToken(), processmaker({ hosts: [HOME] })],
})

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asks for
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** Sends JSON, or nothing where there is no body. */
export async function send(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return answerOf(await server.fetch(path, { method, headers: { ...type, ...headers }, ...content }))
}

/** A request to the token endpoint, as a form. */
export async function token(server: TestServer, form: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  return answerOf(await server.form('/oauth/token', form, headers))
}

/** An admin's session, as a header. */
export async function adminHeaders(server: TestServer): Promise<{ authorization: string }> {
  return bearer(await server.signIn(await server.createUser({ role: 'admin' })))
}

export const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

export interface Client {
  readonly id: number
  readonly name: string
  readonly secret: string
  readonly redirect: string
  readonly types: readonly string[]
}

/** A client that an admin makes by `POST /oauth/clients`. */
export async function makeClient(
  server: TestServer,
  types: readonly string[] = ['password_client'],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Client> {
  const redirect = types.includes('authorization_code_grant') ? { redirect: CALLBACK } : {}
  const sent = { name: 'My client', types, ...redirect, ...more }
  const { status, body } = await send(server, 'POST', '/oauth/clients', sent, await adminHeaders(server))
  if (status !== 201) throw new Error(`The client was not made: ${JSON.stringify(body)}`)
  return body
}

export const credentials = ({ id, secret }: Client) => ({ client_id: String(id), client_secret: secret })

/** Tokens by the password grant. */
export async function logIn(server: TestServer, client: Client, user: { readonly username: string }): Promise<Json> {
  const form = { grant_type: 'password', ...credentials(client), username: user.username, password: PASSWORD }
  return (await token(server, form)).body
}

export const refresh = (server: TestServer, client: Client, refreshToken: string) =>
  token(server, { grant_type: 'refresh_token', refresh_token: refreshToken, ...credentials(client) })

/** The status of an API call with a token: of the user's own personal access tokens. */
export async function probe(server: TestServer, accessToken: string, userId: string): Promise<number> {
  return (await server.fetch(`/api/1.0/users/${userId}/tokens`, { headers: bearer(accessToken) })).status
}
