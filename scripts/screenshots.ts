/**
 * Takes the pictures of docs/images: every page, light and dark, on a desktop and on a phone.
 *
 *     node --conditions=source scripts/screenshots.ts              all of them
 *     node --conditions=source scripts/screenshots.ts approve      those whose names begin so
 *
 * It serves on SQLite in a temporary folder, by a clock that stands still: only a page that changed changes its pictures.
 * It needs Chromium, and finds or installs it as the tests do.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClock, createTestServer, type TestServer, type TestUser } from 'grantql/testing'
import { type Browser, chromium, type Page } from 'playwright-core'
import config from '../grantql.config.ts'
import { findChromium } from '../test/support/chromium.ts'

const FOLDER = resolve(import.meta.dirname, '../docs/images')
/** What readers of the pictures see, whichever port is free here. */
const ISSUER = 'http://localhost:3000'
const NOW = new Date('2026-03-02T12:00:00Z')
const REQUEST_ID = '3f0c9a54-7d1b-4e86-9a2f-5b8e1c6d0f42'
const PASSWORD = 'correct horse battery staple'

/** Every page, by the name of its picture: how a person gets there. A later page is one line. */
const PAGES: Readonly<Record<string, (person: Person) => Promise<void>>> = {
  welcome: (person) => person.open('/'),
  'sign-in': (person) => person.open('/sign-in'),
  'sign-in-mistake': (person) => person.signIn('/sign-in', { password: 'something else' }),
  'signed-in': (person) => person.signIn('/sign-in'),
  approve: (person) => person.signIn('the request'),
  approved: (person) => person.signIn('the request').then(() => person.press('Approve')),
  denied: (person) => person.signIn('the request').then(() => person.press('Deny')),
  'decided-already': (person) => person.letAnotherDecide().then(() => person.signIn('the request')),
  'too-old': (person) => person.wait(601).then(() => person.signIn('the request')),
  error: (person) => person.signIn('/approve/a-link-that-is-wrong'),
  account: (person) => person.agree().then(() => person.signIn('/account')),
  passkeys: (person) => person.signIn('/account/passkeys').then(() => person.addPasskey('My phone')),
  'change-password': (person) => person.signIn('/account/password'),
  'sign-up': (person) => person.set('password-sign-in.signUp', true).then(() => person.open('/sign-up')),
  invitation: (person) => person.openInvitation('grace'),
}

const DESKTOP = { viewport: { width: 1200, height: 760 }, deviceScaleFactor: 1 }
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 1.5 }
/** The ways to look at a page, by what they add to the name of its picture. */
const LOOKS = {
  '': { ...DESKTOP, colorScheme: 'light' },
  '.dark': { ...DESKTOP, colorScheme: 'dark' },
  '.phone': { ...PHONE, colorScheme: 'light' },
  '.phone.dark': { ...PHONE, colorScheme: 'dark' },
} as const

/** Ada at a browser, and an app that has a request for her. */
class Person {
  readonly #page: Page
  readonly #server: TestServer
  readonly #ada: TestUser
  readonly #request: Request

  constructor(page: Page, server: TestServer, ada: TestUser, request: Request) {
    this.#page = page
    this.#server = server
    this.#ada = ada
    this.#request = request
  }

  async open(path: string): Promise<void> {
    await this.#page.goto(
      path === 'the request' ? `${ISSUER}/approve/${this.#request.handle}` : new URL(path, ISSUER).href,
    )
  }

  /** Opens a page that asks for a sign-in, and does so. */
  async signIn(path: string, { password = PASSWORD } = {}): Promise<void> {
    await this.open(path)
    await this.#page.getByLabel('Your user name').fill('ada')
    await this.#page.getByLabel('Your password').fill(password)
    await this.press('Sign in')
  }

  async press(button: string): Promise<void> {
    const answered = this.#page.waitForEvent('load')
    await this.#page.getByRole('button', { name: button, exact: true }).click()
    await answered
  }

  /** Says yes, and the app claims its token. */
  async agree(): Promise<void> {
    await this.#server.approve(this.#request.handle, this.#ada)
    await this.#request.claim()
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

  async set(setting: string, value: unknown): Promise<void> {
    await this.#server.server.core.settings.write(setting, value)
  }

  async openInvitation(username: string): Promise<void> {
    const { sessionToken } = await this.#server.createUser({ role: 'admin' })
    const document =
      'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { ... on Invitation { invitationUrl } } }'
    const headers = { authorization: `Bearer ${sessionToken}` }
    const { data } = await this.#server.graphql(document, { input: { username } }, { headers, path: '/admin/graphql' })
    await this.open(data.inviteUser.invitationUrl)
  }

  async letAnotherDecide(): Promise<void> {
    await this.#server.approve(this.#request.handle, await this.#server.createUser({ username: 'grace' }))
  }

  async wait(seconds: number): Promise<void> {
    this.#server.clock.pass({ seconds })
  }
}

const [prefix = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'grantql-screenshots-'))
const port = await freePort()
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--host-resolver-rules=MAP localhost 127.0.0.1:${port}`,
  ],
})
try {
  await mkdir(FOLDER, { recursive: true })
  for (const [name, goThere] of Object.entries(PAGES)) {
    if (!name.startsWith(prefix)) continue
    for (const [suffix, look] of Object.entries(LOOKS)) await takePicture(browser, `${name}${suffix}`, look, goThere)
    console.log(name)
  }
} finally {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
}

async function takePicture(
  browser: Browser,
  name: string,
  look: (typeof LOOKS)[keyof typeof LOOKS],
  goThere: (person: Person) => Promise<void>,
): Promise<void> {
  const { server, ada } = await startServer(name)
  const context = await browser.newContext({ ...look, locale: 'en-GB', timezoneId: 'UTC' })
  try {
    const page = await context.newPage()
    await goThere(new Person(page, server, ada, await makeRequest(server)))
    await sameRequestId(page)
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true, animations: 'disabled', caret: 'hide' })
  } finally {
    await context.close()
    await server.close()
  }
}

async function startServer(name: string): Promise<{ server: TestServer; ada: TestUser }> {
  const server = await createTestServer({
    ...config,
    issuer: ISSUER,
    databaseUrl: `sqlite:${join(folder, `${name}.db`)}`,
    clock: createClock(NOW),
  })
  const ada = await server.createUser({ username: 'ada', password: PASSWORD })
  await server.server.listen(port)
  return { server, ada }
}

/** What an app asks of ada. */
interface Request {
  readonly handle: string
  claim(): Promise<unknown>
}

/** By an app with every grant and scope that its owner can give it. */
async function makeRequest(server: TestServer): Promise<Request> {
  const { grants, scopes } = server.server.core.registry
  const app = await server.createApp({
    name: 'Photo printer',
    grants: [...grants.values()].filter(({ selfService }) => selfService !== false).map(({ grantType }) => grantType),
    scopes: [...scopes.values()].filter(({ adminOnly }) => !adminOnly).map(({ name }) => name),
  })
  const credentials = { client_id: app.clientId, client_secret: app.clientSecret ?? '' }
  const { code, handle } = (await server.form('/oauth/code', credentials)).body
  const grantType = 'urn:grantql:params:oauth:grant-type:code'
  return { handle, claim: () => server.form('/oauth/token', { ...credentials, grant_type: grantType, code }) }
}

/** Each request has an id of its own; in pictures it is one. */
async function sameRequestId(page: Page): Promise<void> {
  for (const place of await page.locator('dd code', { hasText: /^[0-9a-f]{8}-[0-9a-f-]{27}$/ }).all()) {
    await place.evaluate((element, id) => {
      element.textContent = id
    }, REQUEST_ID)
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
