import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { type RefreshLifetimes, refreshLifetimes } from './refresh-lifetimes.ts'
import { accessTokenSeconds } from './token-shape.ts'

/** The longest that the access can last which comes of an approval. */
export interface AccessLifetime {
  readonly tokenSeconds: number
  /** Undefined where nothing can be refreshed. */
  readonly refreshes: RefreshLifetimes | undefined
}

/** How long the access lasts that an app gets by the yes of a user, unless its grant gives less (RFC 6749 §10.2). */
export function accessLifetime(
  core: Core,
  app: App,
  { details, grantType, requestedScopes }: Pick<Approval, 'details' | 'grantType' | 'requestedScopes'>,
  userId: string,
): AccessLifetime {
  const isInRedirect = core.registry.responseTypes.get(String(details.responseType))?.issues !== undefined
  return {
    tokenSeconds: accessTokenSeconds(core, { app, grantType, userId, scopes: requestedScopes }),
    refreshes: isInRedirect ? undefined : refreshLifetimes(core, app, requestedScopes),
  }
}
