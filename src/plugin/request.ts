/** What a request says about itself, whichever face it came in by. No body: that is parsed into declared parameters. */
export interface RequestFacts {
  readonly id: string
  /** When the request arrived, before it waited for anything. */
  readonly arrivedAt: Date
  readonly method: string
  /** The path and query as they arrived; scheme and host are the issuer's. */
  readonly url: URL
  readonly headers: Headers
  /** The caller's address, as far as the configured proxies are trusted. */
  readonly address: string | undefined
}

/** Parameters as they came: name to texts, in order. A repeated name has more than one. */
export interface RawParams {
  names(): readonly string[]
  /** Every value that was sent under the name. Anything but a text is kept as it came, to be refused by name. */
  all(name: string): readonly unknown[]
}

/** What the caller showed to prove which app it is. */
export interface PresentedCredentials {
  /** The content of an `Authorization: Basic` header, still encoded. */
  readonly basic?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
}
