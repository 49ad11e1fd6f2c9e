import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { createTestServer } from 'grantql/testing'
import { type GraphQLSchema, parse, validate } from 'graphql'
import { createConnection } from 'mysql2/promise'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import config from '../../grantql.config.ts'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { tokenCommand } from '../../src/cli/token-command.ts'
import { welcome } from '../../src/cli/welcome.ts'
import { checkConfig } from '../../src/config/check-config.ts'
import { createRegistry } from '../../src/config/registry.ts'
import { createSchemas } from '../../src/graphql/schema.ts'
import { definePlugin, type Plugin } from '../../src/plugin/define-plugin.ts'
import { browse } from '../pages/browse.ts'
import { databases } from '../support/database.ts'
import { adminHeaders, approvedCode, CODE, makeApp, mutate } from '../support/graphql-client.ts'
import { createDatabaseAt } from '../support/mariadb.ts'
import { testServer } from '../support/server.ts'
import { ADMIN, type ServerProcess, startServerProcess } from '../support/server-process.ts'
import deployment from './deployment.ts'
import { embed } from './embedded-server.ts'
import { magicLink } from './magic-link.ts'
import { finishSignIn, startSignIn, tokenForApp } from './standard-client.ts'
import {
  type Block,
  blocksOf,
  documents,
  isSource,
  pluginDocuments,
  ROOT,
  read,
  rewrite,
  snippetOf,
} from './support/documents.ts'
import { generateParts } from './support/generated.ts'
import { DOCUMENTED, patternOf, Session } from './support/session.ts'
import { createVerifier } from './verify-access-token.ts'
import { waitForDecision } from './wait-for-decision.ts'

const ANEW = 'run `node --conditions=source test/examples/write-documents.ts`'
const noLetters = magicLink({ send: async () => undefined })

const blocks = documents().flatMap((document) => blocksOf(document))
const at = ({ document, line }: Block) => `${document}:${line}`

describe('README.md and docs', () => {
  it('every TypeScript block is the text of the file that it names', () => {
    const typescript = blocks.filter(({ language }) => /^(ts|typescript|js|javascript)$/.test(language))
    expect(typescript.length).toBeGreaterThan(10)
    for (const block of typescript) {
      expect(isSource(block.note), `${at(block)} names no file`).toBe(true)
      expect(block.text, `${at(block)} differs from ${block.note}: ${ANEW}`).toBe(snippetOf(block.note ?? ''))
    }
  })

  it('what is made from the code is as the code makes it', async () => {
    const generate = await generateParts()
    for (const document of documents()) {
      const text = read(document)
      const anew = rewrite(text, snippetOf, (name) => generate(name, document))
      expect(text === anew, `${document} is not up to date: ${ANEW}`).toBe(true)
    }
  })

  it('every command runs in a test, or says why not', () => {
    const followed = new Set([...FOLLOWED, 'docs/write-a-grant.md', 'docs/run-on-mariadb.md'])
    const left = blocks.filter(({ language, document, note }) => {
      return /^(sh|console|bash)$/.test(language) && !followed.has(document) && !note?.startsWith('not run: ')
    })
    expect(left.map(at)).toEqual([])
  })

  it('links and pictures lead somewhere', () => {
    const broken = [...documents(), ...pluginDocuments(), 'CONTRIBUTING.md', 'CONTEXT.md', 'CHANGELOG.md'].flatMap(
      (document) => {
        const text = read(document).replaceAll(/^```[\s\S]*?^```$/gm, '')
        const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
          (match) => match[1] ?? match[2] ?? '',
        )
        return targets
          .filter((target) => !/^https?:/.test(target) && !leadsSomewhere(document, target))
          .map((target) => `${document}: ${target}`)
      },
    )
    expect(broken).toEqual([])
  })

  it('docs/configure.md has every environment variable that the server reads', () => {
    const source = [
      'config/load-environment.ts',
      'config/load-config.ts',
      'cli/ask-password.ts',
      'cli/transfer.ts',
      'cli/serve.ts',
    ]
    const names = source.flatMap(
      (path) => read(`src/${path}`).match(/\b(?:PORT|ISSUER|DATABASE_URL|LOG_LEVEL|GRANTQL_[A-Z_]+)\b/g) ?? [],
    )
    const missing = [...new Set(names)].filter((name) => !read('docs/configure.md').includes(`\`${name}\``))
    expect(missing).toEqual([])
  })
})

/** Whether a relative link, perhaps to a heading, is there. */
function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? document : join(dirname(document), path)
  if (!existsSync(join(ROOT, file))) return false
  if (heading === undefined) return true
  const slugs = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
  return slugs.includes(heading)
}

describe('GraphQL documents', () => {
  let schemas: { readonly public: GraphQLSchema; readonly admin: GraphQLSchema }

  beforeAll(async () => {
    const off = await pluginsThatAreOff()
    schemas = createSchemas(createRegistry([...config.plugins, ...off, noLetters], config.scopes ?? []))
  })

  it.each([...documents(), ...pluginDocuments()])('of %s are valid in the schema', (document) => {
    for (const block of blocksOf(document).filter(({ language }) => language === 'graphql')) {
      const schema = block.text.includes('# POST /admin/graphql') ? schemas.admin : schemas.public
      const errors = validate(schema, parse(block.text)).map(({ message }) => message)
      expect(errors, at(block)).toEqual([])
    }
  })
})

/** Plugins of this repo that the default deployment leaves out. */
async function pluginsThatAreOff(): Promise<readonly Plugin[]> {
  const made = await Promise.all(
    pluginDocuments().map(async (path): Promise<Plugin> => {
      const exports: Record<string, () => Plugin> = await import(join(ROOT, dirname(path), 'index.ts'))
      const [create] = Object.values(exports)
      if (!create) throw new Error(`${path} has no plugin.`)
      return create()
    }),
  )
  return made.filter(({ id }) => !config.plugins.some((plugin) => plugin.id === id))
}

/** Documents whose commands and requests a reader can follow from the top, on a new server. */
const FOLLOWED = [
  'README.md',
  'docs/apis.md',
  'docs/configure.md',
  'docs/device.md',
  'docs/graphql-api.md',
  'docs/operate.md',
  'docs/rest-api.md',
  'docs/README.md',
]

describe.each(FOLLOWED)('%s, followed from the top', (document) => {
  let server: ServerProcess
  let session: Session

  beforeAll(async () => {
    const folder = await newFolder()
    server = await startServerProcess({
      databaseUrl: `sqlite:${join(folder, 'data/grantql.db')}`,
      variables: { GRANTQL_SECRET: '' },
    })
    const variables = commandVariables(server.url, 'sqlite:./data/grantql.db')
    session = new Session({
      url: server.url,
      folder,
      variables,
      events: { approved: () => approve(server.url, session) },
    })
    session.know({ ...ADMIN, ...demoAppIn(folder) })
  })
  afterAll(() => server?.stop())

  it('does what it says', async () => {
    for (const block of blocksOf(document)) {
      await session.follow(block).catch((cause: Error) => {
        throw new Error(`${at(block)}: ${cause.message}`, { cause })
      })
    }
  })
})

async function newFolder(): Promise<string> {
  const folder = join(inject('testFolder'), `documents-${randomBytes(4).toString('hex')}`)
  await mkdir(folder)
  return folder
}

function commandVariables(url: string, databaseUrl: string): Record<string, string> {
  const { port } = new URL(url)
  return { GRANTQL_CONFIG: join(ROOT, 'grantql.config.ts'), PORT: port, ISSUER: url, DATABASE_URL: databaseUrl }
}

/** What the first start wrote, for nobody was at a terminal. */
function demoAppIn(folder: string): { clientId: string; clientSecret: string } {
  const script = readFileSync(join(folder, 'data/first-token.sh'), 'utf8')
  const [, clientId = '', clientSecret = ''] = /^app='([^:]+):([^']+)'$/m.exec(script) ?? []
  return { clientId, clientSecret }
}

async function approve(url: string, session: Session): Promise<void> {
  const made = await mutate(
    url,
    'approve',
    '... on Approval { status }',
    { handle: session.known('handle') },
    await adminHeaders(url),
  )
  expect(made.status).toBe('APPROVED')
}

describe('what the first start prints', () => {
  it('is what README.md shows of a terminal', () => {
    const [, app = '', secret = ''] = /-u '([\w-]+):([\w-]+)…'/.exec(read('README.md')) ?? []
    const [, generatedPassword = ''] = /password (\S+) \(shown this once\)/.exec(read('README.md')) ?? []
    const printed = stripVTControlCharacters(
      welcome({
        core: { issuer: DOCUMENTED, registry: createRegistry(config.plugins, config.scopes ?? []) },
        environment: { databaseUrl: 'sqlite:./data/grantql.db' },
        port: 3000,
        made: { username: 'admin', generatedPassword, demoApp: { clientId: app, clientSecret: secret } },
        audience: 'terminal',
      }),
    )
    const [text = ''] = blocksOf('README.md')
      .filter(({ language }) => language === 'text')
      .map((block) => block.text)
    expect(printed.trimStart()).toContain(text.trimStart())
    const [command] = blocksOf('README.md')
      .filter(({ text }) => text.includes("-u '"))
      .map((block) => block.text)
    const body = /-d '(.*)'$/.exec(command ?? '')?.[1] ?? ''
    expect(
      tokenCommand({ url: `${DOCUMENTED}/graphql`, body }, { clientId: app, clientSecret: `${secret}…` }, true),
    ).toBe(command)
    expect(printed).toContain(body)
  })
})

describe('docs/write-a-grant.md', () => {
  it('does what it says, with the plugin on the list', async () => {
    const inbox: string[] = []
    const plugins = [clientCredentials(), magicLink({ send: async (_, link) => void inbox.push(link) })]
    const server = await createTestServer({ plugins, scopes: config.scopes })
    const { port } = await server.server.listen(0)
    await server.createUser({ username: 'ada' })
    const app = await server.createApp({ grants: ['urn:example:magic-link'], scopes: ['read'] })
    const session = new Session({
      url: `http://localhost:${port}`,
      folder: await newFolder(),
      events: { 'the mail is there': () => session.know({ link: inbox.at(-1) ?? '' }) },
    })
    session.know({ clientId: app.clientId, clientSecret: app.clientSecret ?? '' })
    for (const block of blocksOf('docs/write-a-grant.md')) await session.follow(block)
    await server.close()
  })

  it('says what a clash says', () => {
    const letters = definePlugin()({ ...noLetters, id: 'letters', tables: [], grants: [], settings: {} })
    let said = ''
    try {
      createRegistry([noLetters, letters], [])
    } catch (error) {
      said = (error as Error).message
    }
    const [block] = blocksOf('docs/write-a-grant.md').filter(({ language }) => language === 'text')
    expect(block?.text).toBe(said)
  })
})

const hasMariadb = databases.some(({ name }) => name === 'mariadb')

describe.runIf(hasMariadb)('docs/run-on-mariadb.md', () => {
  it('does what it says, on MariaDB', { timeout: 120_000 }, async () => {
    const folder = await newFolder()
    const root = inject('mariadbUrl') ?? ''
    const databaseUrl = root.replace(/root:[^@]*@/, 'grantql:a%20password@').replace(/[^/]+$/, 'grantql')
    const secret = randomBytes(32).toString('base64url')
    const source = await startServerProcess({
      databaseUrl: `sqlite:${join(folder, 'data/grantql.db')}`,
      variables: { GRANTQL_SECRET: '' },
    })
    const admin = await adminHeaders(source.url)
    const app = await makeApp(source.url, admin)
    const live = await mutate(source.url, 'clientCredentials', '... on TokenSet { accessToken }', app)
    const targetUrl = root.replace(/[^/]+$/, 'grantql_target')
    await createDatabaseAt(root, 'grantql_target')

    const session = new Session({
      url: source.url,
      folder,
      variables: { ...commandVariables(source.url, databaseUrl), GRANTQL_SECRET: secret },
      events: {
        'the old deployment': (session) =>
          session.use({ ...commandVariables(source.url, 'sqlite:./data/grantql.db'), TARGET_URL: targetUrl }),
      },
    })
    for (const block of blocksOf('docs/run-on-mariadb.md')) {
      if (block.language === 'sql') await runSql(root, block.text)
      else await session.follow(block)
    }
    await source.stop()

    const target = await startServerProcess({
      databaseUrl: targetUrl,
      issuer: source.url,
      variables: { GRANTQL_SECRET: readFileSync(join(folder, 'data/secret'), 'utf8').trim() },
    })
    const looked = await mutate(target.url, 'introspectToken', '... on TokenIntrospection { active }', {
      ...app,
      token: live.accessToken,
    })
    expect(looked.active).toBe(true)
    await target.stop()
  })
})

async function runSql(url: string, text: string): Promise<void> {
  const connection = await createConnection({ uri: url, multipleStatements: true })
  await connection.query(`drop database if exists grantql; drop user if exists 'grantql'@'%'; ${text}`)
  await connection.end()
}

describe('the TypeScript examples', () => {
  it('verify-access-token: takes a token of this server, and none of another or none at all', async () => {
    await using server = await testServer()
    const { basic } = await server.createApp()
    const token = async () => {
      const response = await server.form('/oauth/token', { grant_type: 'client_credentials' }, { authorization: basic })
      return ((await response.json()) as { access_token: string }).access_token
    }
    const verify = createVerifier(server.issuer)
    expect(await verify(await token())).toMatchObject({ iss: server.issuer, scope: 'read write' })
    await expect(verify('x.y.z')).rejects.toThrow()
    await using other = await testServer({ issuer: 'http://localhost:1' })
    const { basic: foreign } = await other.createApp()
    const response = await other.form('/oauth/token', { grant_type: 'client_credentials' }, { authorization: foreign })
    await expect(verify(((await response.json()) as { access_token: string }).access_token)).rejects.toThrow()
  })

  it('wait-for-decision: hears of a yes that comes later, and of one that was given before', async () => {
    await using server = await testServer()
    const user = await server.createUser()
    const headers = { authorization: `Bearer ${await server.signIn(user)}` }
    const { app, clientSecret } = await server.createApp({ grants: [CODE] })
    const credentials = { clientId: app.clientId, clientSecret: clientSecret ?? '' }
    const { code, handle } = await mutate(server.url, 'requestCode', '... on CodeRequest { code handle }', credentials)
    const heard = waitForDecision(server.url, code)
    await mutate(server.url, 'deny', '... on Approval { status }', { handle }, headers)
    expect(await heard).toBe('DENIED')
    expect(await waitForDecision(server.url, await approvedCode(server.url, credentials, headers))).toBe('APPROVED')
  })

  it('standard-client: gets a token for an app by discovery, and one for a user through the browser', async () => {
    await using server = await testServer({ plugins: await missingFromTestServer() })
    const { app, clientSecret = '' } = await server.createApp({
      grants: ['client_credentials', 'authorization_code'],
      redirectUris: ['http://127.0.0.1/cb'],
    })
    const issuer = new URL(server.issuer)
    const verify = createVerifier(server.issuer)
    expect(await verify(await tokenForApp(issuer, app.clientId, clientSecret))).toMatchObject({ scope: 'read' })

    const options: client.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
    const configuration = await client.discovery(issuer, app.clientId, clientSecret, undefined, options)
    const started = await startSignIn(configuration, 'http://127.0.0.1:4711/cb')
    const browser = browse(server)
    await browser.signIn(await server.createUser())
    const asked = await browser.get(started.url.pathname + started.url.search)
    const approvePath = new URL(asked.headers.get('location') ?? '').pathname
    const answered = await browser.decide(approvePath, 'approve')
    const tokens = await finishSignIn(configuration, new URL(answered.headers.get('location') ?? ''), started)
    expect(await verify(tokens.access_token)).toMatchObject({ client_id: app.clientId, scope: 'read write' })
  })

  it('deployment: is a configuration without a mistake, and it serves', async () => {
    expect(checkConfig(deployment)).toEqual([])
    const server = await createTestServer(deployment)
    const app = await server.createApp({ grants: ['client_credentials'], scopes: ['orders.read'] })
    const { body } = await server.form('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: app.clientId,
      client_secret: app.clientSecret ?? '',
    })
    expect(body.expires_in).toBe(900)
    expect(JSON.parse(atob(body.access_token.split('.')[1])).aud).toBe('https://orders.example.com/')
    await server.close()
  })

  it('embedded-server: serves inside of this process', async () => {
    const { port, close } = await embed(randomBytes(32).toString('base64url'))
    expect((await fetch(`http://localhost:${port}/health/ready`)).status).toBe(200)
    await close()
  })
})

/** Plugins of the default deployment that the server of the tests does not have by itself. */
async function missingFromTestServer(): Promise<readonly Plugin[]> {
  await using server = await testServer()
  const present = server.core.registry.plugins.map(({ id }) => id)
  return config.plugins.filter(({ id }) => !present.includes(id))
}

describe('the check of documents', () => {
  it('notices an answer that is not what a document shows', async () => {
    const block = (language: string, text: string) => ({ document: 'x', line: 1, language, text, note: undefined })
    const session = new Session({ url: DOCUMENTED, folder: await newFolder() })
    await session.follow(block('sh', `echo '{"a": 1, "b": "gqk_x"}'`))
    await session.follow(block('json', '{ "a": 1, "b": "gqk_…" }'))
    await expect(session.follow(block('json', '{ "a": 2, "b": "gqk_…" }'))).rejects.toThrow('a is 1')
    await expect(session.follow(block('json', '{ "a": 1 }'))).rejects.toThrow()
    await expect(session.follow(block('console', '$ echo one\ntwo'))).rejects.toThrow('printed')
    await expect(session.follow(block('sh', 'false'))).rejects.toThrow('ended with 1')
    expect(patternOf('a … c').test('a b c')).toBe(true)
    expect(patternOf('a\n…\nd').test('a\nb\nc\nd')).toBe(true)
    expect(patternOf('a … c').test('a b d')).toBe(false)
  })
})
