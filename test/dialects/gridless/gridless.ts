import { gridless } from '../../../plugins/gridless/index.ts'
import type { App } from '../../../src/apps/app.ts'
import type { User } from '../../../src/users/user.ts'
import { type Browser, browse, csrfIn } from '../../pages/browse.ts'
import type { TestServer } from '../../support/server.ts'

export const GRANT_TYPE = 'urn:grantql:params:oauth:grant-type:gridless'
export const NOBODY = 'A user is not currently authorizing this app'

export const deployment = () => ({ plugins: [gridless()] })

/** What an endpoint of the dialect said. */
export interface Said {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Everything that the tests do as an app, and as a person at a browser. */
export class Gridless {
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
  }

  async createClient(more: Partial<App> = {}): Promise<App> {
    const scopes = [...(this.#server.core.registry.dialectScopes.get('gridless')?.keys() ?? [])]
    const described = { name: 'Demo', dialect: 'gridless', type: 'public' as const, grants: [GRANT_TYPE], scopes }
    return (await this.#server.createApp({ ...described, ...more })).app
  }

  createBot(): Promise<App> {
    return this.createClient({ name: 'Beep', type: 'bot', grants: [], scopes: [] })
  }

  /** Posts with everything in the query, as the documentation prints it. */
  post(path: string, params: Readonly<Record<string, string>>): Promise<Response> {
    return this.#server.fetch(`/_gridless/${path}?${new URLSearchParams(params)}`, { method: 'POST' })
  }

  requestCode(app: App, more: Readonly<Record<string, string>> = {}): Promise<Response> {
    const { clientId } = app
    return this.post('authorize', {
      client_id: clientId,
      scopes: 'user.read,flow.list',
      response_type: 'code',
      ...more,
    })
  }

  async code(app: App, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code } = (await (await this.requestCode(app, more)).json()) as { code: string }
    return code
  }

  async claim(params: Readonly<Record<string, string>>): Promise<Said> {
    const response = await this.post('claimtoken', params)
    return { status: response.status, body: (await response.json()) as Said['body'] }
  }

  async signedIn(user?: User): Promise<Browser> {
    const browser = browse(this.#server)
    await browser.signIn(user ?? (await this.#server.createUser()))
    return browser
  }

  /** What a person's browser is sent to. */
  question(app: App, code: string): string {
    return `/_gridless/authorize?${new URLSearchParams({ client_id: app.clientId, code, grant_type: 'code' })}`
  }

  /** Opens the question, and presses a button of its form. */
  async decide(
    browser: Browser,
    app: App,
    code: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const page = await (await browser.get(this.question(app, code))).text()
    return browser.post('/_gridless/authorize', { ...hiddenFields(page), ...more })
  }

  async approvedCode(app: App, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const code = await this.code(app, more)
    await this.decide(await this.signedIn(), app, code)
    return code
  }
}

/** What the form of a page posts by itself. */
export function hiddenFields(page: string): Record<string, string> {
  const fields = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
  return { ...Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value])), csrf_token: csrfIn(page) }
}
