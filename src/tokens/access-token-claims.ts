import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { Issuance } from '../plugin/issuance.ts'
import type { ProvenKey } from './proven-key.ts'

/** Claims that core sets; nobody else's value for them is taken. */
const RESERVED = new Set([
  'iss',
  'sub',
  'aud',
  'client_id',
  'exp',
  'iat',
  'nbf',
  'jti',
  'scope',
  'auth_time',
  'cnf',
  'fid',
])

export interface TokenFacts {
  readonly app: App
  readonly grantType: string
  readonly issuance: Issuance
  readonly provenKey: ProvenKey | undefined
  readonly tokenId: string
  readonly familyId: string | undefined
  readonly userId: string | undefined
  /** The user as the app knows them, or the app itself. */
  readonly subject: string
  readonly at: Date
  readonly expiresAt: Date
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/**
 * The claims of a JWT access token. `fid` is ours: the token family, whose end ends the token.
 *
 * @throws {Error} when a grant or a plugin gives a claim that core sets
 * @see RFC 9068 §2.2
 */
export function accessTokenClaims(
  core: Pick<Core, 'issuer' | 'policy' | 'registry'>,
  token: TokenFacts,
): Readonly<Record<string, unknown>> {
  const { app, issuance, provenKey, subject, familyId } = token
  for (const name of Object.keys(issuance.claims ?? {})) {
    if (RESERVED.has(name)) throw new Error(`The grant ${token.grantType} may not set the claim ${name}.`)
  }
  return {
    ...issuance.claims,
    iss: core.issuer,
    sub: subject,
    aud: audienceOf(core, app, issuance),
    client_id: app.clientId,
    exp: seconds(token.expiresAt),
    iat: seconds(token.at),
    jti: token.tokenId,
    ...(issuance.scopes.length > 0 && { scope: issuance.scopes.join(' ') }),
    ...(issuance.authenticatedAt && { auth_time: seconds(issuance.authenticatedAt) }),
    ...(familyId !== undefined && { fid: familyId }),
    ...provenKey?.claims,
  }
}

/** Who the token is for: what the grant says, else the resources of its scopes, else the configured default. */
export function audienceOf(
  core: Pick<Core, 'issuer' | 'policy' | 'registry'>,
  { dialect }: Pick<App, 'dialect'>,
  issuance: Issuance,
): string | readonly string[] {
  const audience = issuance.audience ?? resourcesOf(core, dialect, issuance.scopes)
  return audience.length === 1 ? (audience[0] as string) : audience
}

/** The resources that scopes are for; the default one where they say none (RFC 9068 §3). */
export function resourcesOf(
  core: Pick<Core, 'issuer' | 'policy' | 'registry'>,
  dialect: string | undefined,
  scopes: readonly string[],
): readonly string[] {
  const resources = scopes.map((name) => core.registry.findScope(name, dialect)?.audience)
  if (!resources.some((resource) => resource !== undefined)) return [core.policy.defaultAudience]
  return [
    ...new Set(resources.map((resource) => (resource ? resourceUri(core, resource) : core.policy.defaultAudience))),
  ]
}

/** A scope that is for one resource is good there alone, every other wherever the token is. */
export function isGoodAtOneOf(
  core: Pick<Core, 'issuer' | 'registry'>,
  dialect: string | undefined,
  scope: string,
  resources: readonly string[],
): boolean {
  const own = core.registry.findScope(scope, dialect)?.audience
  return own === undefined || resources.includes(resourceUri(core, own))
}

/** An absolute URI as it is declared, a path as the URL of this server. */
export function resourceUri({ issuer }: Pick<Core, 'issuer'>, declared: string): string {
  return declared.startsWith('/') ? new URL(declared, issuer).href : declared
}
