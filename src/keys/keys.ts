import type { SigningAlgorithm } from './algorithms.ts'

/**
 * `pending`: published, does not sign yet. `active`: signs. `retiring`: signs no more, published until its last token has
 * expired. `retired`: out of JWKS, its row is kept; for as long as sessions live, what it signed is still known for ours.
 */
export type SigningKeyState = 'pending' | 'active' | 'retiring' | 'retired'

/** What an operator may know of a signing key: nothing of its private part. */
export interface SigningKeySummary {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly state: SigningKeyState
  readonly createdAt: Date
  readonly activeAt: Date
  /** When the next key takes over; null until it is rotated. */
  readonly retiringAt: Date | null
  /** When it leaves JWKS; null until it is rotated. */
  readonly retiredAt: Date | null
}

export interface JwtHeader {
  readonly alg: string
  readonly typ: string
  readonly kid: string
  readonly [name: string]: unknown
}

/** A token of ours whose signature holds. Whether it is current, and for whom, is for the caller to check. */
export interface VerifiedJwt {
  readonly header: JwtHeader
  readonly claims: Readonly<Record<string, unknown>>
}

/** JWKS as ready bytes (RFC 7517 §5). */
export interface JwksDocument {
  readonly body: string
  /** A strong entity tag, with its quotes. */
  readonly etag: string
}

/** The keys that this server signs with. States follow the clock: nothing is written when one changes. */
export interface Keys {
  /**
   * Signs claims as a compact JWT (RFC 7515 §7.1), synchronously, with the key that is active now.
   *
   * @param options.type The `typ` of the header: `at+jwt`, `JWT`, `logout+jwt`. A constant of the caller.
   * @throws {Error} when there is no key for that algorithm.
   */
  sign(claims: object, options: { readonly algorithm: SigningAlgorithm; readonly type: string }): string
  /**
   * Verifies a JWT of ours: a published key, the key's own algorithm, exactly this `typ` (RFC 8725 §3.1, §3.11), no `crit`.
   * Times, issuer and audience are not looked at.
   *
   * @param options.retired A key will do that is retired and signed within `knownSeconds`: for what is over and still says
   *   whom it was about. Defaults to false.
   * @returns undefined for everything else. Never throws.
   */
  verify(jwt: string, options: { readonly type: string; readonly retired?: boolean }): VerifiedJwt | undefined
  /** The algorithms that it can sign with now. */
  algorithms(): readonly SigningAlgorithm[]
  /** What is published now. */
  jwks(): JwksDocument
  /**
   * Adds a key per algorithm that takes over later, and lets the present one retire then. While a rotation is pending,
   * another does nothing (two nodes whose schedules fire together make one rotation), unless it is immediate.
   *
   * @param options.at When the new keys take over. Defaults to publishAheadSeconds from now; sooner is refused.
   * @param options.immediately They take over at once, before apps that cache JWKS know them. Defaults to false.
   * @returns The keys that take over, one per algorithm.
   */
  rotate(options?: { readonly at?: Date; readonly immediately?: boolean }): Promise<readonly SigningKeySummary[]>
  /** Every key, the retired ones too, oldest first. */
  list(): readonly SigningKeySummary[]
  /**
   * Reads the table again, after another node changed it. When that fails, the present keys stay.
   *
   * @throws {Error} when a key in use cannot be opened.
   */
  reload(): Promise<void>
  /**
   * Seals every private key that is not sealed with the newest secret again.
   *
   * @returns How many were rewritten, and the kids of retired keys that no present secret opens.
   */
  resealAll(): Promise<{ readonly resealed: number; readonly unreadable: readonly string[] }>
}
