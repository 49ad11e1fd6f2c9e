/**
 * Why an outgoing request has no answer: `refused` (its URL or address may not be asked), `unreachable`, `timeout`, `busy`
 * (too many wait for the same host), `too-large`, `encoded` (compressed, though nothing was asked for that), `status` (a
 * document is answered with 200 or not at all) or `not-json`.
 */
export type OutgoingFailure =
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'busy'
  | 'too-large'
  | 'encoded'
  | 'status'
  | 'not-json'

/** An outgoing request that has no answer. Its message is for the operator: whoever named the URL learns nothing of our network. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError'
  readonly reason: OutgoingFailure

  constructor(reason: OutgoingFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}
