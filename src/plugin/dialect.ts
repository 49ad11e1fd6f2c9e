import type { Kysely } from 'kysely'
import type { App } from '../apps/app.ts'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { PluginContext } from './context.ts'
import type { Endpoint, Page } from './contributions.ts'
import type { RawParams, RequestFacts } from './request.ts'

/**
 * Somebody else's wire format over our operations. A dialect parses and renders; every rule is the operation's.
 *
 * The scopes that the plugin of a dialect declares are for the apps of that dialect, and metadata does not offer them. Their
 * names are that system's: they may be those of other scopes of this server, which its apps then do not have.
 */
export interface Dialect<Tables = unknown> {
  readonly id: string
  /** Claims a request that names no app we know. Two dialects that claim the same request: the standard answers. */
  recognises?(request: RequestFacts, params: RawParams): boolean
  /**
   * Hosts (`social.example`, with a port where there is one) at which every shared path is the dialect's own, whoever asks:
   * for a metadata document of its own.
   */
  readonly hosts?: readonly string[]
  /**
   * JSON routes at paths of the standard. A request reaches one where it is from an app of this dialect (by `client_id`,
   * by its credentials, or by the access token that it carries), or where the dialect alone {@link recognises} it.
   */
  readonly sharedEndpoints?: readonly Endpoint<Tables>[]
  /** The same for what a browser is shown: `/oauth/authorize`. */
  readonly sharedPages?: readonly Page<Tables>[]
  /** How an error of its JSON routes looks. Left out: as the standard's. */
  renderError?(error: OAuthError, request: RequestFacts): Response
  /**
   * The members of an answer that goes back to one of its apps through the browser, wherever it was decided. Left out: as
   * they are.
   *
   * @param members with `state` and `iss` (RFC 9207)
   */
  answerMembers?(members: Readonly<Record<string, string>>): Readonly<Record<string, string>>
  /** Ids and secrets in that system's shape, of at least 128 random bits where they are secret. Left out: ours. */
  mintClientId?(ctx: PluginContext<Tables>): Promise<string> | string
  /** @param app as it will be stored, or is */
  mintClientSecret?(ctx: PluginContext<Tables>, app: App): Promise<string> | string
  /**
   * Writes what lets a secret be read again, in the transaction that stores its hash: for a system that shows it again. Core
   * keeps the hash alone. Nothing but `trx` may be awaited, and it may run more than once.
   *
   * @param secret undefined where the app is deleted
   */
  keepClientSecret?(
    ctx: PluginContext<Tables>,
    trx: Kysely<Tables>,
    app: App,
    secret: string | undefined,
  ): Promise<void>
  /** Left out: as this server's own. */
  readonly accessTokens?: DialectTokens<Tables>
  /** Left out: as this server's own. How long they live is a setting: see {@link appSettings}. */
  readonly refreshTokens?: Pick<DialectTokens<Tables>, 'mint'>
  /**
   * What its apps have of per-app settings where they have no value of their own, by `<plugin id>.<setting>`. One that
   * this server does not know, or whose value does not fit, says nothing.
   */
  readonly appSettings?: Readonly<Record<string, unknown>>
}

/** Tokens in another system's shape. They are on record by their hash, so they can be found, introspected and revoked. */
export interface DialectTokens<Tables = unknown> {
  /** Seconds that one lives, whatever this server's own lifetime is. */
  ttlSeconds(ctx: PluginContext<Tables>, token: UnmintedToken): number
  /** The longest that one lives which a published key signs: so long its key stays published. Left out: none is signed so. */
  readonly longestSignedSeconds?: number
  /**
   * Makes the text of a token. It holds at least 128 random bits or a signature of {@link TokenVerbs.sign}, and no two are
   * alike. Runs before anything is stored.
   */
  mint(ctx: PluginContext<Tables>, token: DialectToken): Promise<string> | string
}

/** What is known of a token before it has a lifetime. */
export interface UnmintedToken {
  readonly app: App
  readonly grantType: string
  readonly userId: string | undefined
  readonly scopes: readonly string[]
}

export interface DialectToken extends UnmintedToken {
  /** On record as the token's id: the `jti` of a JWT. */
  readonly id: string
  readonly familyId: string | undefined
  /** The user as the app knows them (`sub`), or the app's `client_id`. */
  readonly subject: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** Further claims that the grant decided on. */
  readonly claims: Readonly<Record<string, unknown>>
}
