/** A key that the caller proved to hold; whatever is issued is bound to it (RFC 7800 §3). */
export interface ProvenKey {
  /** The token type of what is bound: `DPoP`. */
  readonly tokenType: string
  /** The `cnf` claim. */
  readonly claims: { readonly cnf: Readonly<Record<string, string>> }
  /** The confirmation as one text, to compare with what a refresh token is bound to. */
  readonly boundKey: string
}
