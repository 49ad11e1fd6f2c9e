import type { Core } from '../core.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { presentedSession } from './presented-session.ts'
import { OUT_OF_BAND } from './redirect-uri.ts'

/**
 * Whether a mistake may take the browser to the app by itself. An app can make one on purpose, to have people sent from
 * here to a page of its own: so somebody has to be signed in, unless the app forbade to show anything (`prompt=none`).
 *
 * @see RFC 9700 §4.11.2, OpenID Connect Core §3.1.2.1, docs/adr/0009-mistakes-of-an-app-wait-for-a-person.md
 */
export async function mayRedirect(
  core: Pick<Core, 'issuer' | 'sessions' | 'users'>,
  redirectUri: string,
  params: RawParams,
  request: RequestFacts,
): Promise<boolean> {
  if (redirectUri === OUT_OF_BAND || isSilent(params)) return true
  return (await presentedSession(core, request)) !== undefined
}

function isSilent(params: RawParams): boolean {
  const prompts = params.all('prompt')
  return prompts.length === 1 && prompts[0] === 'none'
}
