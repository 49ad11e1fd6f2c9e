/** What an endpoint answers, as data: the HTTP layer adds what every answer carries and sends it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** Nothing that holds a token, or depends on who asks, is kept by a cache (RFC 6749 §5.1). */
export const NO_STORE = Object.freeze({ 'content-type': JSON_TYPE, 'cache-control': 'no-store', pragma: 'no-cache' })

/** A JSON answer that no cache keeps. */
export function noStore(status: number, value: object): Answer {
  return { status, headers: NO_STORE, body: JSON.stringify(value) }
}
