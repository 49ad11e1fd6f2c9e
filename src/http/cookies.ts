import { parse, serialize } from 'hono/utils/cookie'
import { deviceCookieName } from '../users/device-cookie.ts'
import { sessionCookieName } from '../users/session-cookie.ts'

/**
 * The cookies of our pages: a session; before there is one a secret that forms are bound to; and after one what the browser
 * is recognised by while others guess. None holds anything else.
 */
export interface PageCookies {
  read(headers: Headers): { readonly session: string | undefined; readonly browser: string | undefined }
  session(token: string, expiresAt: Date, now: Date): string
  endSession(): string
  browser(secret: string): string
  device(secret: string, expiresAt: Date, now: Date): string
}

export function createPageCookies(issuer: string): PageCookies {
  const isHttps = issuer.startsWith('https:')
  const sessionName = sessionCookieName(issuer)
  const deviceName = deviceCookieName(issuer)
  const browserName = isHttps ? '__Host-grantql-browser' : 'grantql-browser'
  // Lax and not Strict: a person comes to the approve page by a link of the app.
  const attributes = { httpOnly: true, path: '/', sameSite: 'Lax', secure: isHttps } as const
  return {
    read(headers) {
      const cookies = parse(headers.get('cookie') ?? '')
      return { session: cookies[sessionName], browser: cookies[browserName] }
    },
    session: (token, expiresAt, now) =>
      serialize(sessionName, token, { ...attributes, maxAge: secondsBetween(now, expiresAt) }),
    endSession: () => serialize(sessionName, '', { ...attributes, maxAge: 0 }),
    browser: (secret) => serialize(browserName, secret, attributes),
    // Our own form alone sends it.
    device: (secret, expiresAt, now) =>
      serialize(deviceName, secret, { ...attributes, sameSite: 'Strict', maxAge: secondsBetween(now, expiresAt) }),
  }
}

/** Browsers keep no cookie for longer than 400 days (RFC 6265bis §5.5). */
function secondsBetween(now: Date, end: Date): number {
  return Math.min(400 * 24 * 60 * 60, Math.max(0, Math.floor((end.getTime() - now.getTime()) / 1000)))
}
