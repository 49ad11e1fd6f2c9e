import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { OUT_OF_BAND } from '../plugin/out-of-band.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { presentedSession } from './presented-session.ts'

/**
 * Whether a mistake may take the browser to the app by itself. An app can make one on purpose, to have people sent from
 * here to a page of its own: so either an admin has said that the app may send people there, or somebody is signed in, or
 * the app forbade to show anything (`prompt=none`).
 *
 * @see RFC 9700 §4.11.2, OpenID Connect Core §3.1.2.1, docs/adr/0009-mistakes-of-an-app-wait-for-a-person.md
 */
export async function mayRedirect(
  core: Pick<Core, 'issuer' | 'sessions' | 'users'>,
  { isVouched }: App,
  redirectUri: string,
  params: RawParams,
  request: RequestFacts,
): Promise<boolean> {
  if (isVouched || redirectUri === OUT_OF_BAND || isSilent(params)) return true
  return (await presentedSession(core, request)) !== undefined
}

function isSilent(params: RawParams): boolean {
  const prompts = params.all('prompt')
  return prompts.length === 1 && prompts[0] === 'none'
}
