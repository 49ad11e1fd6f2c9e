import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import { UnauthorizedClient } from '../errors/standard.ts'
import { targetOf } from './authorization-answer.ts'
import { isRegisteredRedirectUri } from './redirect-uri.ts'

/**
 * A request waits for minutes until somebody decides, and the app may have lost the right to it meanwhile. Nobody is sent to
 * a redirect URI that was taken from it, not even with a no (RFC 9700 §4.1.3).
 *
 * @throws {UnauthorizedClient} when the app is disabled, or lacks the grant or the redirect URI that it asked by
 */
export function requireStanding(app: App, approval: Pick<Approval, 'details' | 'grantType'>): void {
  const target = targetOf(approval)
  const isReachable =
    !target ||
    (app.grants.includes(approval.grantType) && isRegisteredRedirectUri(app.redirectUris, target.redirectUri))
  if (app.disabledAt || !isReachable) {
    throw new UnauthorizedClient({ message: 'The app has lost the right to what it asked for.' })
  }
}
