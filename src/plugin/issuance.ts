import type { Transaction } from 'kysely'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { Authentication } from '../users/user.ts'
import type { TokenSet } from './context.ts'

/**
 * The guarded write that pays for an issuance. It runs inside the transaction that stores the tokens, so either both
 * are durable or neither is.
 */
export interface Redemption {
  /**
   * Answers true for exactly one caller, however many run at once, on every database: one `UPDATE … WHERE <still
   * unused>` (or an insert into a primary key) whose affected-row count is the answer. It must not read first and then
   * write, must await nothing but `trx`, and may run more than once, because a deadlock repeats the whole transaction.
   */
  // biome-ignore lint/suspicious/noExplicitAny: core hands its own transaction to a plugin that knows only its own tables
  redeem(trx: Transaction<any>, mark: RedemptionMark): Promise<boolean>
  /**
   * What a caller is told who came second: an error, or the answer of the one who came first, where both are the same
   * caller. Runs after the transaction is over.
   */
  lost(): Promise<OAuthError | TokenSet> | OAuthError
}

export interface RedemptionMark {
  /** Names this one attempt; the same over retries. */
  readonly claimId: string
  /** The token family that the issuance opens or continues. */
  readonly familyId: string
  readonly at: Date
  /** What will be answered when the transaction commits. */
  readonly answer: TokenSet
}

/** A request that was answered before, by the same caller, and is answered again word for word. */
export interface RepeatedAnswer {
  readonly repeated: TokenSet
}

/**
 * What an issuance inherits of the approval or the token family that it descends from; both give it as `provenance`, for
 * grants to spread. The family remembers it, so that refreshed tokens tell the same.
 */
export interface Provenance extends Authentication {
  /** What authorize parameters of plugins asked for, by their ids. JSON. */
  readonly asked?: Readonly<Record<string, unknown>> | undefined
}

/** What a grant decides: for whom, which scopes, refreshable or not. It never holds a key or a token. */
export interface Issuance extends Provenance {
  /** Whom the tokens are about. `knownAs`: how the app knows the user, where an earlier token of the family has told it. */
  readonly subject: { readonly userId: string; readonly knownAs?: string } | { readonly appOnly: true }
  readonly scopes: readonly string[]
  /** A refresh token may be given with it, where the app may use one. Defaults to false. */
  readonly refreshable?: boolean
  /** Who the token is for (RFC 9068 `aud`). Defaults to what the scopes say, else the server's default audience. */
  readonly audience?: readonly string[]
  /** Further claims of the access token. A registered claim (`iss`, `sub`, `aud` …) is refused. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** What a refresh token that is given with it can be exchanged for. Defaults to `scopes`. */
  readonly refreshScopes?: readonly string[]
  /** Continue this token family instead of opening one; `ctx.tokens.refreshing` gives its id. */
  readonly familyId?: string
  /** What is used up by it. */
  readonly redeems?: Redemption
  /** Shorter than the server's own lifetime, never longer. */
  readonly expiresInSeconds?: number
}
