import type { User } from '../../src/users/user.ts'
import type { TestServer } from '../support/server.ts'

/** A browser without a screen: it keeps cookies, reads hidden fields, and follows no redirect by itself. */
export interface Browser {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(
    path: string,
    fields: readonly (readonly [string, string])[] | Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** The CSRF token in the page at a path. */
  csrf(path: string): Promise<string>
  /** Signs in without the page. */
  signIn(user: Pick<User, 'id'>): Promise<void>
  /** Opens an approve page and presses a button, with the boxes as they are or as given. */
  decide(path: string, decision: 'approve' | 'deny', scopes?: readonly string[]): Promise<Response>
}

export function browse(server: TestServer): Browser {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit, headers: Record<string, string> = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await server.fetch(path, { ...init, headers: { ...headers, ...(cookie && { cookie }) } })
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      if (/max-age=0/i.test(set)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const browser: Browser = {
    cookies,
    get: (path, headers) => send(path, {}, headers),
    post: (path, fields, headers) =>
      send(path, { method: 'POST', body: new URLSearchParams(fields as Record<string, string>) }, headers),
    async csrf(path) {
      return csrfIn(await (await browser.get(path)).text())
    },
    async signIn(user) {
      cookies.set(
        server.issuer.startsWith('https:') ? '__Host-grantql-session' : 'grantql-session',
        await server.signIn(user),
      )
    },
    async decide(path, decision, scopes) {
      const page = await (await browser.get(path)).text()
      const checked = [...page.matchAll(/name="scope" value="([^"]+)" checked/g)].map(([, scope]) => scope ?? '')
      const fields: [string, string][] = [
        ['csrf_token', csrfIn(page)],
        ['decision', decision],
      ]
      return browser.post(path, [...fields, ...(scopes ?? checked).map((scope): [string, string] => ['scope', scope])])
    },
  }
  return browser
}

export function csrfIn(page: string): string {
  return /name="csrf_token" value="([\w-]+)"/.exec(page)?.[1] ?? ''
}
