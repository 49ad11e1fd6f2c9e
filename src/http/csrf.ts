import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { html } from 'hono/html'
import { defineError } from '../errors/oauth-error.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'

const FIELD = 'csrf_token'

export const CsrfFailed = defineError({
  code: 'forbidden',
  status: 403,
  message: 'You may not do that.',
  description: 'Returned when a form is out of date, or was not sent from this site.',
})

/** Makes the secret of a browser in which nobody is signed in yet. */
export const newBrowserSecret = (): string => randomBytes(24).toString('base64url')

/**
 * The token that belongs to a secret which only this browser holds, in a cookie that no script reads: whoever can write
 * it into a form was given our page.
 */
export function csrfToken(secret: string): string {
  return hash('sha256', `grantql csrf ${secret}`, 'base64url')
}

/** The hidden field of a form. */
export function csrfInput(secret: string) {
  return html`<input type="hidden" name="${FIELD}" value="${csrfToken(secret)}">`
}

/**
 * Makes sure that a form was sent from a page of ours, by the browser that it was made for: by its token, and as a second
 * line by what the browser says of where it comes from.
 *
 * @throws {CsrfFailed}
 * @see RFC 6749 §10.12
 */
export function checkCsrf(
  issuer: string,
  facts: Pick<RequestFacts, 'headers'>,
  form: RawParams,
  secret: string | undefined,
): void {
  if (!isFromHere(issuer, facts.headers)) throw new CsrfFailed()
  const sent = form.all(FIELD)
  const [token] = sent
  if (secret === undefined || sent.length !== 1 || typeof token !== 'string') throw new CsrfFailed()
  const expected = Buffer.from(csrfToken(secret))
  const given = Buffer.from(token)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new CsrfFailed()
}

function isFromHere(issuer: string, headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  // Our pages send no referrer, and then a browser says `null` of its own origin as well: that alone proves nothing.
  const origin = headers.get('origin')
  return origin === null || origin === 'null' || origin === issuer
}
