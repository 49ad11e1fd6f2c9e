import { randomUUID } from 'node:crypto'
import { definePlugin, InvalidCredentials, type Plugin } from 'grantql/plugin'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'
import type { Config } from '../../src/config/define-config.ts'
import type { Core } from '../../src/core.ts'
import { createGraphQLEndpoints } from '../../src/graphql/endpoint.ts'
import { createUser } from '../../src/operations/create-user.ts'
import type { TestClock } from '../../src/testing/clock.ts'
import type { User } from '../../src/users/user.ts'
import { ISSUER, openTestCore } from '../support/core.ts'
import type { TestDatabase } from '../support/database.ts'

export { ISSUER }

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document of the test asks for
  readonly data: any
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[] | undefined
  readonly text: string
}

export interface LogLine {
  readonly level: string
  readonly fields: Record<string, unknown>
  readonly message: string
}

export interface TestGraphQL {
  readonly core: Core
  readonly clock: TestClock
  readonly logged: LogLine[]
  /** One document at an endpoint. */
  ask(query: string, variables?: object, options?: AskOptions): Promise<Answer>
  /** One request as it stands. */
  send(request: Request, options?: AskOptions): Promise<Response>
  user(role?: User['role']): Promise<TestUser>
}

export interface AskOptions {
  readonly endpoint?: 'public' | 'admin'
  readonly headers?: Readonly<Record<string, string>>
  readonly address?: string
}

export interface TestUser {
  readonly user: User
  readonly token: string
  readonly bearer: { readonly headers: { readonly authorization: string } }
}

/** Signs in without a password, as the sign-in of a plugin would. */
const signInByName: Plugin = definePlugin()({
  id: 'sign-in-by-name',
  graphql: (door) => {
    door.mutation('signIn', {
      description: 'Signs in.',
      subGraphs: ['public'],
      listedOriginsOnly: true,
      input: (t) => ({ username: t.string({ required: true }), password: t.string({ required: true }) }),
      type: door.refs.Session,
      errors: [InvalidCredentials],
      resolve: async (ctx, { username, password }) => {
        const user = password === 'right' ? await ctx.users.findByName(username) : undefined
        if (!user) throw new InvalidCredentials()
        return { ...(await ctx.sessions.start(user.id, ['pwd'])), user }
      },
    })
  },
})

export interface TestGraphQLOptions extends Pick<Config, 'graphql' | 'http'> {
  readonly plugins?: readonly Plugin[]
}

/** The two endpoints on a fresh database, without HTTP. */
export async function openGraphQL(database: TestDatabase, options: TestGraphQLOptions = {}): Promise<TestGraphQL> {
  const plugins = [clientCredentials(), code(), introspection(), revocation(), signInByName, ...(options.plugins ?? [])]
  const opened = await openTestCore(database, { plugins })
  const logged: LogLine[] = []
  const level = (name: string) => (fields: object, message: string) =>
    void logged.push({ level: name, fields: fields as Record<string, unknown>, message })
  const log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') }
  const core = { ...opened.core, log }
  const endpoints = createGraphQLEndpoints(core, options)

  const send = async (request: Request, { endpoint = 'public', address = '127.0.0.1' }: AskOptions = {}) => {
    const answer = await endpoints[endpoint](request, {
      id: randomUUID(),
      arrivedAt: core.now(),
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      address,
    })
    return answer instanceof Response ? answer : new Response(answer.body, answer)
  }

  return {
    core,
    clock: opened.clock,
    logged,
    send,
    async ask(query, variables, options = {}) {
      return read(await send(post(JSON.stringify({ query, variables }), options), options))
    },
    async user(role = 'user') {
      const user = await createUser(core, undefined, { username: `u${randomUUID().slice(0, 8)}`, role })
      const started = await core.sessions.start(user.id, ['pwd'])
      if (!started) throw new Error('The user cannot sign in.')
      const { token } = started
      return { user, token, bearer: { headers: { authorization: `Bearer ${token}` } } }
    },
  }
}

/** A request with this body; JSON unless its headers say otherwise. */
export function post(
  body: string | Uint8Array<ArrayBuffer>,
  { endpoint = 'public', headers = {} }: AskOptions = {},
): Request {
  const path = endpoint === 'public' ? '/graphql' : '/admin/graphql'
  return new Request(ISSUER + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const { data, errors } = text === '' ? {} : (JSON.parse(text) as Partial<Answer>)
  return { status: response.status, headers: response.headers, data, errors, text }
}

/** The codes of the errors at the top level. */
export const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code)

export const CREATE_APP = `mutation ($input: CreateAppInput!) {
  createApp(input: $input) {
    __typename
    ... on AppCredentials { app { id clientId name } clientSecret }
    ... on InvalidInputError { code message field }
  }
}`

export const CODE_GRANT = 'urn:grantql:params:oauth:grant-type:code'

export interface TestApp {
  readonly id: string
  readonly clientId: string
  readonly clientSecret: string
}

/** An app that a user made over GraphQL. */
export async function makeApp({ ask }: TestGraphQL, owner: TestUser, input: object = {}): Promise<TestApp> {
  const given = {
    name: 'Reader',
    type: 'CONFIDENTIAL',
    grants: ['client_credentials', CODE_GRANT],
    scopes: ['read'],
    ...input,
  }
  const { data } = await ask(CREATE_APP, { input: given }, owner.bearer)
  const { app, clientSecret } = data.createApp
  return { ...app, clientSecret }
}

export const basic = ({ clientId, clientSecret }: TestApp) => ({
  headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
})
