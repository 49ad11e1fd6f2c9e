import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN, type Cluster, type Node } from './cluster.ts'

export const CODE = 'urn:grantql:params:oauth:grant-type:code'

const PATIENCE_MS = 30_000

/** What one claim of a code came to. */
export type Outcome =
  | { readonly kind: 'token'; readonly token: string }
  /** A documented answer: a 4xx with its code, or a 503. */
  | { readonly kind: 'refused' | 'unavailable'; readonly code: string }
  /** The connection ended without an answer, and the server with it. */
  | { readonly kind: 'lost' }
  /** Anything else: a fault. */
  | { readonly kind: 'fault'; readonly what: string }

/** An app and its user, who know all servers and go on where one is gone. */
export interface TestApp {
  /** A code that the user approved. */
  approvedCode(): Promise<string>
  claim(node: Node, code: string, face: 'rest' | 'graphql'): Promise<Outcome>
  isActive(node: Node, token: string): Promise<boolean>
}

type Json = Record<string, unknown>

export async function createTestApp(cluster: Cluster): Promise<TestApp> {
  const session = await mutate(cluster, 'signIn', '... on Session { token }', ADMIN)
  const headers = { authorization: `Bearer ${session.token}` }
  const description = { name: 'Faults', type: 'CONFIDENTIAL', grants: [CODE], scopes: ['read'] }
  const selection = '... on AppCredentials { app { id clientId } clientSecret }'
  const { app, clientSecret } = await mutate(cluster, 'createApp', selection, description, headers)
  const { id: appId, clientId } = app as Json
  // A code that the app itself sends again never ends its tokens while a run lasts, so that a token that is not active is
  // a fault and nothing else.
  const patience = { appId, name: 'core.doubleSubmitSeconds', value: '60' }
  await mutate(cluster, 'updateAppSetting', '... on App { id }', patience, headers, '/admin/graphql')
  const own = { clientId: clientId as string, clientSecret: clientSecret as string }

  return {
    async approvedCode() {
      for (;;) {
        const { code, handle } = await mutate(cluster, 'requestCode', '... on CodeRequest { code handle }', own)
        const decided = await mutate(cluster, 'approve', '... on Approval { status }', { handle }, headers)
        // It says "decided already" where the answer of the first try was lost; which answer does not matter here.
        if (decided.status === 'APPROVED' || decided.code === 'already_decided') return code as string
      }
    },
    claim: (node, code, face) => (face === 'rest' ? claimByRest(node, own, code) : claimByGraphQL(node, own, code)),
    async isActive(node, token) {
      const body = new URLSearchParams({ client_id: own.clientId, client_secret: own.clientSecret, token })
      const response = await fetch(`${node.url}/oauth/introspect`, { method: 'POST', body })
      return ((await response.json()) as Json).active === true
    },
  }
}

type Own = { readonly clientId: string; readonly clientSecret: string }

async function claimByRest(node: Node, { clientId, clientSecret }: Own, code: string): Promise<Outcome> {
  const form = { grant_type: CODE, code, client_id: clientId, client_secret: clientSecret }
  return ask(node, '/oauth/token', new URLSearchParams(form), (status, body) => {
    if (status === 200 && typeof body.access_token === 'string') return { kind: 'token', token: body.access_token }
    if (status === 503) return { kind: 'unavailable', code: String(body.error) }
    if (status >= 400 && status < 500 && typeof body.error === 'string') return { kind: 'refused', code: body.error }
    return undefined
  })
}

async function claimByGraphQL(node: Node, own: Own, code: string): Promise<Outcome> {
  const body = documentFor('claimToken', '... on TokenSet { accessToken }', { ...own, code })
  return ask(node, '/graphql', body, (status, answer) => {
    const [error] = (answer.errors ?? []) as { extensions?: Json }[]
    if (error?.extensions?.code === 'SERVICE_UNAVAILABLE') return { kind: 'unavailable', code: 'SERVICE_UNAVAILABLE' }
    const result = (answer.data as Json | undefined)?.claimToken as Json | undefined
    if (status !== 200 || !result) return undefined
    if (typeof result.accessToken === 'string') return { kind: 'token', token: result.accessToken }
    return { kind: result.code === 'temporarily_unavailable' ? 'unavailable' : 'refused', code: String(result.code) }
  })
}

async function ask(
  node: Node,
  path: string,
  body: URLSearchParams | string,
  read: (status: number, answer: Json) => Outcome | undefined,
): Promise<Outcome> {
  try {
    const response = await post(node, path, body)
    const text = await response.text()
    const outcome = read(response.status, JSON.parse(text) as Json)
    return outcome ?? { kind: 'fault', what: `${path} answered ${response.status}: ${text.slice(0, 200)}` }
  } catch (error) {
    return node.isKilled
      ? { kind: 'lost' }
      : { kind: 'fault', what: `${path}, from a server that lives: ${reasonOf(error)}` }
  }
}

/** Runs a mutation on whichever server answers. */
async function mutate(
  cluster: Cluster,
  name: string,
  selection: string,
  input: object,
  headers = {},
  endpoint = '/graphql',
): Promise<Json> {
  const body = documentFor(name, selection, input)
  let last = ''
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(20)) {
    for (const node of cluster.nodes) {
      try {
        last = await (await post(node, endpoint, body, headers)).text()
        const result = (JSON.parse(last).data as Json | null)?.[name]
        if (result) return result as Json
      } catch (error) {
        last = reasonOf(error)
      }
    }
  }
  throw new Error(`No server answers ${name}: ${last}`)
}

function documentFor(name: string, selection: string, input: object): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const query = `mutation Run($input: ${type}) { ${name}(input: $input) { __typename ${selection} ... on Error { code message } } }`
  return JSON.stringify({ query, variables: { input } })
}

function post(node: Node, path: string, body: URLSearchParams | string, headers = {}): Promise<Response> {
  const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
  return fetch(`${node.url}${path}`, { method: 'POST', body, headers: { ...type, ...headers } })
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error instanceof Error ? error.message : String(error)}${cause}`
}
