import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import type { Page } from 'playwright-core'
import { updateApp } from '../../src/operations/change-app.ts'
import { updateProfile } from '../../src/operations/update-profile.ts'

const PASSWORD = 'correct horse battery staple'
/** Where the app's own pages would be. Nobody is there. */
export const APP_SITE = 'https://photos.example'
const CODE_GRANT = 'urn:grantql:params:oauth:grant-type:code'
/** Of RFC 7636, appendix B. */
const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const TELEVISION = 'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'

/** Somebody at a browser, and an app that wants something of them. */
export class Person {
  readonly #page: Page
  readonly #server: TestServer
  readonly #user: TestUser
  readonly #app: TestApp

  constructor(page: Page, server: TestServer, user: TestUser, app: TestApp) {
    this.#page = page
    this.#server = server
    this.#user = user
    this.#app = app
  }

  /** @param path of the server, or a whole URL */
  async open(path: string): Promise<void> {
    await this.#page.goto(new URL(path, this.#server.server.core.issuer).href)
  }

  /** Opens a page that asks for a sign-in, and does so. */
  async signIn(path: string, { password = PASSWORD } = {}): Promise<void> {
    await this.open(path)
    await this.#page.getByLabel('Your user name').fill(this.#user.user.username)
    await this.#page.getByLabel('Your password').fill(password)
    await this.press('Sign in')
  }

  /** Types into the field of this label. */
  async type(label: string, text: string): Promise<void> {
    await this.#page.getByLabel(label, { exact: true }).fill(text)
  }

  /** Chooses one of several. */
  async choose(option: string): Promise<void> {
    await this.#page.getByRole('radio', { name: option }).check()
  }

  /** Ticks a box. */
  async tick(label: string): Promise<void> {
    await this.#page.getByLabel(label, { exact: true }).check()
  }

  /** Follows a link of the page. */
  async follow(link: string): Promise<void> {
    await this.#page.getByRole('link', { name: link, exact: true }).click()
  }

  /** Types name and password where the page has other words for them than ours. */
  async logIn(words: { readonly name: string; readonly password: string; readonly button: string }): Promise<void> {
    await this.type(words.name, this.#user.user.username)
    await this.type(words.password, PASSWORD)
    await this.press(words.button)
  }

  get username(): string {
    return this.#user.user.username
  }

  /** The server, for what an app does there by itself. */
  get server(): TestServer {
    return this.#server
  }

  async press(button: string): Promise<void> {
    // A page that posts itself to the app while it is read never loads, and what it posts fails: nobody is there.
    const answered = Promise.race([this.#page.waitForEvent('load'), this.#page.waitForEvent('requestfailed')])
    await this.#page.getByRole('button', { name: button, exact: true }).click()
    await answered
  }

  /** The path of what the app asks for by a code. */
  async request(): Promise<{ readonly path: string; readonly handle: string; claim(): Promise<unknown> }> {
    const { code, handle } = (await this.#server.form('/oauth/code', this.#credentials)).body
    const claim = () => this.#server.form('/oauth/token', { ...this.#credentials, grant_type: CODE_GRANT, code })
    return { path: `/approve/${handle}`, handle, claim }
  }

  async signInToRequest(): Promise<void> {
    await this.signIn((await this.request()).path)
  }

  /** Types the code that a television shows. */
  async signInToDevice(): Promise<void> {
    await this.signIn('/device')
    const asking = new Request(new URL('/oauth/device_authorization', this.#server.server.core.issuer), {
      method: 'POST',
      headers: { 'user-agent': TELEVISION },
      body: new URLSearchParams(this.#credentials),
    })
    const asked = (await (await this.#server.server.fetch(asking, '127.0.0.1')).json()) as { user_code: string }
    await this.typeUserCode(asked.user_code)
  }

  async typeUserCode(userCode: string): Promise<void> {
    // Nobody types before the page has put the cursor there.
    await this.#page.locator('input:focus').waitFor()
    await this.#page.getByLabel('Code').fill(userCode)
    await this.press('Continue')
  }

  /** Comes from the app, by a redirect, and signs in. */
  async signInFromApp(params?: Readonly<Record<string, string>>): Promise<void> {
    await this.signIn(this.#authorizePath(params))
  }

  /** Comes from the app, by a redirect. */
  /** Their app's owner changes where it sends people: no admin answers for it any more. */
  async haveAppMove(): Promise<void> {
    const { ownerId, id, redirectUris } = this.#app.app
    const moved = [...redirectUris, `${APP_SITE}/moved`]
    await updateApp(this.#server.server.core, { id: ownerId, role: 'user' }, id, { redirectUris: moved })
  }

  comeFromApp(params?: Readonly<Record<string, string>>): Promise<void> {
    return this.open(this.#authorizePath(params))
  }

  #authorizePath(params: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.#app.clientId,
      redirect_uri: `${APP_SITE}/back`,
      code_challenge: CODE_CHALLENGE,
      code_challenge_method: 'S256',
      ...params,
    })
    return `/oauth/authorize?${query}`
  }

  /** Is signed in, and sent by the app to sign out. */
  async signInToSignOut(params?: Readonly<Record<string, string>>): Promise<void> {
    const { core } = this.#server.server
    const back = `${APP_SITE}/signed-out`
    const { app, clientId } = this.#app
    await core.apps.update({ ...app, settings: { 'openid.postLogoutRedirectUris': [back] } }, app)
    await this.signIn('/sign-in')
    const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: back, ...params })
    await this.open(`/oauth/logout?${query}`)
  }

  /** Comes from an app that has no address to return to. */
  signInFromUnreachableApp(): Promise<void> {
    return this.signInFromApp({ redirect_uri: OUT_OF_BAND })
  }

  /** Said yes to the app for everything, some time ago. */
  async agreeBefore(): Promise<void> {
    const { app } = this.#app
    await this.#server.server.core.consents.remember(this.#user.user.id, app.id, app.scopes)
  }

  /** Says yes elsewhere, and the app claims its token. */
  async connectApp(): Promise<void> {
    const { handle, claim } = await this.request()
    await this.#server.approve(handle, this.#user)
    await claim()
  }

  /** Finds that another person has decided. */
  async signInToDecidedRequest(): Promise<void> {
    const { path, handle } = await this.request()
    await this.#server.approve(handle, await this.#server.createUser())
    await this.signIn(path)
  }

  async signInToOldRequest(): Promise<void> {
    const { path } = await this.request()
    this.#server.clock.pass({ seconds: 601 })
    await this.signIn(path)
  }

  /** Has told a good deal of themselves. */
  async hasProfile(): Promise<void> {
    const { core } = this.#server.server
    await updateProfile(core, { id: undefined, role: 'admin' }, this.#user.user.id, {
      name: 'Augusta Ada King, Countess of Lovelace',
      givenName: 'Augusta Ada',
      familyName: 'Lovelace',
      nickname: 'Ada',
      email: `${this.#user.user.username}@example.com`,
      emailVerified: true,
      phoneNumber: '+442071838750',
      birthdate: '1815-12-10',
      locale: 'en-GB',
      zoneinfo: 'Europe/London',
      address: { streetAddress: '12 St James’s Square', locality: 'London', country: 'United Kingdom' },
    })
  }

  async mistypeEmail(): Promise<void> {
    await this.#page.getByLabel('Full name').fill('آدا لوفليس')
    await this.#page.getByLabel('Email').fill('ada.example.com')
    await this.press('Save')
  }

  async changePassword(): Promise<void> {
    await this.#page.getByLabel('Current password').fill(PASSWORD)
    await this.#page.getByLabel(/^New password/).fill('another horse, another battery')
    await this.#page.getByLabel('The same again').fill('another horse, another battery')
    await this.press('Change password')
  }

  /** By an authenticator that Chromium pretends to have. */
  async addPasskey(label: string): Promise<void> {
    const devtools = await this.#page.context().newCDPSession(this.#page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await this.#page.getByLabel('Name of the new passkey').fill(label)
    await this.press('Add a passkey')
  }

  /** Follows the link of an admin who named an account. */
  async openInvitation(username: string): Promise<void> {
    const { sessionToken } = await this.#server.createUser({ role: 'admin' })
    const document =
      'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { ... on Invitation { invitationUrl } } }'
    const headers = { authorization: `Bearer ${sessionToken}` }
    const { data } = await this.#server.graphql(document, { input: { username } }, { headers, path: '/admin/graphql' })
    await this.open(data.inviteUser.invitationUrl)
  }

  async set(setting: string, value: unknown): Promise<void> {
    await this.#server.server.core.settings.write(setting, value)
  }

  get #credentials(): Record<string, string> {
    return { client_id: this.#app.clientId, client_secret: this.#app.clientSecret ?? '' }
  }
}

/**
 * Sits somebody down at a browser. Their app has every grant and scope that its owner can give it, and a site that takes
 * whatever is sent there and shows nothing, so that the page which leads there stays to be looked at.
 */
export async function sitDown(page: Page, server: TestServer, username: string): Promise<Person> {
  await page.route(`${APP_SITE}/**`, (route) => route.fulfill({ status: 204 }))
  const { grants, scopes } = server.server.core.registry
  const app = await server.createApp({
    name: 'Photo printer',
    grants: [...grants.values()]
      .filter(({ selfService, legacy }) => selfService !== false && !legacy)
      .map(({ grantType }) => grantType),
    scopes: [...scopes.values()].filter(({ adminOnly }) => !adminOnly).map(({ name }) => name),
    redirectUris: [`${APP_SITE}/back`, OUT_OF_BAND],
  })
  return new Person(page, server, await server.createUser({ username, password: PASSWORD }), app)
}
