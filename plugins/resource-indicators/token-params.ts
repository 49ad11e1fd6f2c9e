import { type GrantContext, InvalidTarget, type Issuance, type TokenParams } from 'grantql/plugin'
import { ASKED, type Asked } from './authorize-params.ts'
import { findResources } from './find-resources.ts'
import { params } from './params.ts'

/** `resource` at the token endpoint, for every grant (RFC 8707 §2.2). */
export const tokenParams: TokenParams<typeof params> = {
  id: 'resource-indicators',
  params,

  async apply(ctx, issuance, { resources: named }) {
    const remembered = (issuance.asked?.[ASKED] as Asked | undefined)?.resources
    const wanted = named ? findResources(ctx, ctx.app, named) : issuance.audience ? undefined : remembered
    if (!wanted) return issuance
    requireGranted(ctx, issuance, wanted, remembered)
    const scopes = ctx.resources.goodScopes(ctx.app, issuance.scopes, wanted)
    requireCommonScopes(ctx, scopes, wanted)
    // The refresh token can still be exchanged for a token of each of the others.
    return { ...issuance, audience: wanted, scopes, refreshScopes: issuance.refreshScopes ?? issuance.scopes }
  },
}

/**
 * A person said yes to resources by name, or to those that the scopes are for. An app that acts for itself may ask for any.
 *
 * @throws {InvalidTarget} when one is none of them
 */
function requireGranted(
  ctx: GrantContext,
  { subject, scopes, audience }: Issuance,
  wanted: readonly string[],
  remembered: readonly string[] | undefined,
): void {
  if ('appOnly' in subject && !audience) return
  const granted = audience ?? remembered ?? ctx.resources.ofScopes(ctx.app, scopes)
  if (!wanted.every((uri) => granted.includes(uri))) {
    throw new InvalidTarget({ message: 'A resource is not among those that were said yes to.' })
  }
}

/**
 * A token for several resources is taken along from one to another, so it holds nothing that is good at one of them alone.
 *
 * @throws {InvalidTarget}
 * @see RFC 8707 §3, RFC 9068 §3
 */
function requireCommonScopes(ctx: GrantContext, scopes: readonly string[], wanted: readonly string[]): void {
  const common = ctx.resources.goodScopes(ctx.app, scopes, [])
  if (wanted.length > 1 && common.length < scopes.length) {
    throw new InvalidTarget({ message: 'A scope is good at one of these resources alone: ask for a token of each.' })
  }
}
