import { ADMIN } from './server-process.ts'

type Answer = { readonly status: number; readonly data: never; readonly errors: unknown }

/** One request to a GraphQL endpoint with nothing but `fetch`. */
export async function graphql(
  url: string,
  query: string,
  input: object = {},
  headers: Record<string, string> = {},
  path = '/graphql',
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data, errors } = (await response.json()) as Answer
  return { status: response.status, data, errors }
}

/** Runs one mutation that takes one `input` and answers its result. */
export async function mutate(
  url: string,
  name: string,
  selection: string,
  input: object,
  headers: Record<string, string> = {},
  path = '/graphql',
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the selection asks for
): Promise<any> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const query = `mutation Run($input: ${type}) { ${name}(input: $input) { __typename ${selection} ... on Error { code message } } }`
  const { data, errors } = await graphql(url, query, input, headers, path)
  if (!data?.[name]) throw new Error(`${name} answered ${JSON.stringify(errors)}`)
  return data[name]
}

/** A session of the first admin, as a header. */
export async function adminHeaders(url: string): Promise<Record<string, string>> {
  const session = await mutate(url, 'signIn', '... on Session { token }', ADMIN)
  return { authorization: `Bearer ${session.token}` }
}

export const CODE = 'urn:grantql:params:oauth:grant-type:code'

/** A confidential app. Its grants default to client credentials and codes. */
export async function makeApp(
  url: string,
  admin: Record<string, string>,
  grants: readonly string[] = ['client_credentials', CODE],
  redirectUris: readonly string[] = [],
): Promise<{ clientId: string; clientSecret: string }> {
  const input = { name: 'Test', type: 'CONFIDENTIAL', grants, redirectUris, scopes: ['read', 'write'] }
  const made = await mutate(url, 'createApp', '... on AppCredentials { app { clientId } clientSecret }', input, admin)
  return { clientId: made.app.clientId, clientSecret: made.clientSecret }
}

/** A code that the admin has approved. */
export async function approvedCode(
  url: string,
  app: { clientId: string; clientSecret: string },
  admin: Record<string, string>,
): Promise<string> {
  const { code, handle } = await mutate(url, 'requestCode', '... on CodeRequest { code handle }', {
    clientId: app.clientId,
    clientSecret: app.clientSecret,
  })
  await mutate(url, 'approve', '... on Approval { status }', { handle }, admin)
  return code
}
