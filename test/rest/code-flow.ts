import { approve, deny } from '../../src/operations/decide-approval.ts'
import { signedIn } from '../../src/operations/presented-session.ts'
import type { User } from '../../src/users/user.ts'
import type { TestServer } from '../support/server.ts'

export const CODE_GRANT = 'urn:grantql:params:oauth:grant-type:code'

export interface RequestedCode {
  readonly code: string
  readonly handle: string
  readonly approve_url: string
  readonly expires_in: number
  readonly interval: number
}

/** What an app is told that asks for a code. */
export async function requestCode(server: TestServer, params: Record<string, string>): Promise<RequestedCode> {
  return (await (await server.form('/oauth/code', params)).json()) as RequestedCode
}

/** A person's yes, or no, without the page. */
export async function approveCode(
  server: TestServer,
  handle: string,
  user: User,
  scopes?: readonly string[] | 'none',
): Promise<void> {
  const decider = await signedIn(server.core, await server.signIn(user))
  if (!decider) throw new Error('The user cannot sign in.')
  const by = { ...decider, requestId: 'test' }
  if (scopes === 'none') await deny(server.core, by, handle)
  else await approve(server.core, by, handle, scopes)
}
