import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { type RefreshLifetimes, refreshLifetimes } from './refresh-lifetimes.ts'

/** The longest that the access can last which comes of an approval. */
export interface AccessLifetime {
  readonly tokenSeconds: number
  /** Undefined where nothing can be refreshed. */
  readonly refreshes: RefreshLifetimes | undefined
}

/** How long the access lasts that an app gets by an approval, unless its grant gives less (RFC 6749 §10.2). */
export function accessLifetime(
  core: Pick<Core, 'policy' | 'registry' | 'settings'>,
  app: App,
  { details }: Pick<Approval, 'details'>,
): AccessLifetime {
  const isInRedirect = core.registry.responseTypes.get(String(details.responseType))?.issues !== undefined
  return {
    tokenSeconds: core.policy.accessTokenTtlSeconds,
    refreshes: isInRedirect ? undefined : refreshLifetimes(core, app),
  }
}
