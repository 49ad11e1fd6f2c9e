import type { Rendering } from './errors.ts'

/** An answer to a program. */
export function json(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

/** An error to a program: `{ "error": "a sentence" }`. */
export function jsonError({ status, sentence, retryAfterSeconds }: Rendering): Response {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return json({ error: sentence }, status, headers)
}
