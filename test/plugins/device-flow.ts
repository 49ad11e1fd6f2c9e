import type { TestApp, TestServer, TestUser } from 'grantql/testing'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** What a device is told that asks (RFC 8628 §3.2). */
export interface RequestedDevice {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

/** The id of an app, and its secret where it has one, as members of a form. */
export const credentialsOf = ({ clientId, clientSecret }: TestApp): Record<string, string> => ({
  client_id: clientId,
  ...(clientSecret && { client_secret: clientSecret }),
})

export async function requestDevice(
  server: TestServer,
  app: TestApp,
  params: Record<string, string> = {},
): Promise<RequestedDevice> {
  return (await server.form('/oauth/device_authorization', { ...credentialsOf(app), ...params })).body
}

const ENTER = `mutation ($input: EnterUserCodeInput!) { enterUserCode(input: $input) {
  ... on DeviceRequest { handle program address isNearby } ... on Error { code message } } }`

/** What somebody is told who types a code. */
export async function enterUserCode(
  server: TestServer,
  { sessionToken }: TestUser,
  userCode: string,
): Promise<{ readonly handle: string; readonly code?: string; readonly message?: string }> {
  const headers = { authorization: `Bearer ${sessionToken}` }
  const { data, errors } = await server.graphql(ENTER, { input: { userCode } }, { headers })
  if (!data?.enterUserCode) throw new Error(JSON.stringify(errors))
  return data.enterUserCode
}
