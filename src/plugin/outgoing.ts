/** What a request to somebody else says. */
export interface OutgoingOptions {
  /** Defaults to GET. */
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** The members of a form that is posted. */
  readonly form?: Readonly<Record<string, string>>
  /** Seconds for all of it. Defaults to the deployment's `outgoing.timeoutSeconds`, and cannot be more. */
  readonly timeoutSeconds?: number
  /** Bytes of the body. Defaults to the deployment's `outgoing.maxBodyBytes`, and cannot be more. */
  readonly maxBytes?: number
}

/** What somebody else answered, whatever its status: a redirect is not followed. */
export interface OutgoingAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

export interface DocumentOptions {
  /**
   * Asks again though the document in hand is fresh, unless that was asked for a moment ago: for a key that is not in it.
   * Defaults to false.
   */
  readonly rechecks?: boolean
  /** Bytes of the document. Defaults to the deployment's `outgoing.maxBodyBytes`, and cannot be more. */
  readonly maxBytes?: number
}

/** Requests to the outside. Every one goes this way: it reaches public addresses alone, or what the deployment allows. */
export interface OutgoingVerbs {
  /**
   * Asks somebody else by https. No redirect is followed, and what is answered is bounded in size and time.
   *
   * @throws {OutgoingError} when there is no answer, or the URL may not be asked
   */
  fetch(url: string | URL, options?: OutgoingOptions): Promise<OutgoingAnswer>
  /**
   * A JSON document that somebody publishes: a key set, a metadata document. Kept for as long as its `Cache-Control` says,
   * a minute at least and a day at most; one that cannot be had is not asked for again for half a minute. It is frozen.
   *
   * @throws {OutgoingError} when it cannot be had, or is no JSON by its media type
   */
  fetchDocument(url: string | URL, options?: DocumentOptions): Promise<unknown>
}
