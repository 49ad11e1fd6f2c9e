import assert from 'node:assert/strict'
import { BASE_TOKEN_ERRORS } from '../errors/standard.ts'
import { inspectToken } from '../operations/inspect-token.ts'
import type { ScopeDeclaration } from '../plugin/contributions.ts'
import type { Grant } from '../plugin/define-grant.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import type { Param } from '../plugin/param.ts'
import { wireName } from '../plugin/wire-name.ts'
import { createTestServer, type RestAnswer, type TestApp, type TestServer } from './test-server.ts'

/** The parameters of one exchange that would succeed, by their declared names; a list as one text, with spaces in between. */
export type ReadyExchange = Readonly<Record<string, string>>

export interface GrantUnderTest {
  readonly grant: Grant
  /** Everything that the server needs: the plugin of the grant, and others that it stands on. */
  readonly plugins: readonly Plugin[]
  /** Scopes beside those of the plugins. The app under test has all self-service ones. */
  readonly scopes?: readonly ScopeDeclaration[]
  /** Does what comes before the exchange (a user, an approval, a link that is sent) and answers its parameters. */
  readonly ready: (server: TestServer, app: TestApp) => Promise<ReadyExchange>
  /** What is presented works once. */
  readonly singleUse: boolean
  /** Seconds after which what is presented is over; left out where it never is. */
  readonly expiresAfterSeconds?: number
  /** Databases to run on. Defaults to one in memory. */
  readonly databases?: readonly { readonly name: string; url(): Promise<string> }[]
}

/** One fact that the kit asserts. Hand it to any test runner: `for (const { name, run } of testGrant(…)) it(name, run)`. */
export interface KitCase {
  readonly name: string
  readonly run: () => Promise<void>
}

const PARALLEL = 50
const JUNK = ['', ' ', 'x', '\u0000', '\ud800', "' OR 1=1 --", '__proto__', '%00', '0', 'null', 'é😀', 'x'.repeat(5000)]
const NOT_TEXTS = [0, false, 1, [], ['x'], {}, { toSqlString: 1 }]

/**
 * The conformance kit of grants: what every grant must hold, its parameters, errors, app authentication, expiry, single
 * use and both faces, taken from its own declaration. The built-in grants are tested by the same kit.
 */
export function testGrant(under: GrantUnderTest): readonly KitCase[] {
  const databases = under.databases ?? [{ name: 'memory', url: async () => 'sqlite::memory:' }]
  return databases.flatMap((database) =>
    casesOf(under).map(({ name, test }) => ({
      name: `${name} (${database.name})`,
      run: async () => {
        const server = await createTestServer({
          plugins: under.plugins,
          scopes: under.scopes ?? [],
          databaseUrl: await database.url(),
        })
        try {
          await test(new Kit(under, server))
        } finally {
          await server.close()
        }
      },
    })),
  )
}

interface Outcome {
  readonly status: number
  /** `ok`, an OAuth error code, or the code of a top-level GraphQL error. */
  readonly code: string
  readonly accessToken: string | undefined
}

/** One server, and the two ways in. */
class Kit {
  readonly grant: Grant
  readonly server: TestServer
  readonly #under: GrantUnderTest

  constructor(under: GrantUnderTest, server: TestServer) {
    this.#under = under
    this.grant = under.grant
    this.server = server
  }

  get under(): GrantUnderTest {
    return this.#under
  }

  app(given: Parameters<TestServer['createApp']>[0] = {}): Promise<TestApp> {
    const scopes = [...this.server.server.core.registry.scopes.values()].filter((scope) => !scope.adminOnly)
    return this.server.createApp({ grants: [this.grant.grantType], scopes: scopes.map(({ name }) => name), ...given })
  }

  ready(app: TestApp): Promise<ReadyExchange> {
    return this.#under.ready(this.server, app)
  }

  form(app: Partial<TestApp>, params: ReadyExchange): URLSearchParams {
    const form = new URLSearchParams({ grant_type: this.grant.grantType })
    if (app.clientId) form.set('client_id', app.clientId)
    if (app.clientSecret) form.set('client_secret', app.clientSecret)
    for (const [name, value] of Object.entries(params)) {
      if (this.grant.params[name]?.kind !== 'list') form.set(this.wire(name), value)
      else for (const text of value.split(' ')) form.append(this.wire(name), text)
    }
    return form
  }

  wire(name: string): string {
    return wireName(name, this.grant.params[name] as Param)
  }

  async rest(app: Partial<TestApp>, params: ReadyExchange): Promise<Outcome> {
    return this.outcome(await this.server.form('/oauth/token', this.form(app, params)))
  }

  outcome({ status, body }: RestAnswer): Outcome {
    assert.notEqual(status, 500, `answered 500: ${JSON.stringify(body)}`)
    return { status, code: status === 200 ? 'ok' : String(body.error), accessToken: body.access_token }
  }

  async graphql(app: Partial<TestApp>, params: Readonly<Record<string, unknown>>): Promise<Outcome> {
    const field = this.grant.mutation
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`
    const input: Record<string, unknown> = { clientId: app.clientId, clientSecret: app.clientSecret }
    for (const [name, value] of Object.entries(params)) {
      const isList = ['scopes', 'list'].includes(this.grant.params[name]?.kind ?? '') && typeof value === 'string'
      input[name] = isList ? value.split(' ').filter((text) => text !== '') : value
    }
    const document = `mutation Exchange($input: ${type}) { ${field}(input: $input) { __typename ... on TokenSet { accessToken } ... on Error { code } } }`
    const { status, data, errors } = await this.server.graphql(document, { input })
    assert.notEqual(status, 500, `answered 500: ${JSON.stringify(errors)}`)
    const result = data?.[field]
    const code = result?.accessToken ? 'ok' : (result?.code ?? errors?.[0]?.extensions?.code ?? 'no answer')
    assert.notEqual(code, 'INTERNAL_SERVER_ERROR', 'answered with an unexpected error')
    return { status, code, accessToken: result?.accessToken }
  }

  /** The same request by both faces, each with something fresh to present, must end alike. */
  async bothSay(
    expected: string | readonly string[],
    app: TestApp,
    shown: Partial<TestApp>,
    change: (params: ReadyExchange) => ReadyExchange,
  ) {
    const one = await this.rest(shown, change(await this.ready(app)))
    const other = await this.graphql(shown, change(await this.ready(app)))
    assert.ok([expected].flat().includes(one.code), `REST says ${one.code}, not ${expected}`)
    assert.equal(other.code, one.code, 'GraphQL and REST do not agree')
  }

  get declaredCodes(): ReadonlySet<string> {
    const classes = [...BASE_TOKEN_ERRORS, ...this.grant.errors]
    return new Set(['ok', ...classes.map((error) => error.declaration.code)])
  }

  async isActive(token: string): Promise<boolean> {
    return (await inspectToken(this.server.server.core, token)) !== undefined
  }
}

interface Fact {
  readonly name: string
  readonly test: (kit: Kit) => Promise<void>
}

function casesOf({ grant, singleUse, expiresAfterSeconds }: GrantUnderTest): readonly Fact[] {
  const required = Object.entries(grant.params).filter(([, param]) => !param.optional)
  const single = Object.entries(grant.params).filter(([, param]) => param.kind !== 'list')
  const texts = Object.entries(grant.params).filter(
    ([, param]) => param.kind === 'string' || param.kind === 'approvalCode',
  )
  const unchanged = (params: ReadyExchange) => params
  return [
    {
      name: 'gives a token that is active, over REST and over GraphQL',
      async test(kit) {
        const app = await kit.app()
        for (const outcome of [
          await kit.rest(app, await kit.ready(app)),
          await kit.graphql(app, await kit.ready(app)),
        ]) {
          assert.equal(outcome.code, 'ok')
          assert.ok(await kit.isActive(outcome.accessToken ?? ''))
        }
      },
    },
    ...required.map(([name]) => ({
      name: `the parameter ${name} is required: invalid_request`,
      async test(kit: Kit) {
        const app = await kit.app()
        const { [name]: _, ...rest } = await kit.ready(app)
        assert.equal((await kit.rest(app, rest)).code, 'invalid_request')
        // In GraphQL the schema itself refuses a document that leaves it out.
        assert.equal((await kit.graphql(app, rest)).code, 'BAD_USER_INPUT')
      },
    })),
    ...single.map(([name]) => ({
      name: `the parameter ${name} twice is refused: invalid_request (RFC 6749 §3.2)`,
      async test(kit: Kit) {
        const app = await kit.app()
        const form = kit.form(app, await kit.ready(app))
        form.append(kit.wire(name), 'x')
        form.append(kit.wire(name), 'y')
        assert.equal(kit.outcome(await kit.server.form('/oauth/token', form)).code, 'invalid_request')
      },
    })),
    {
      name: 'a parameter that nobody declares is ignored (RFC 6749 §3.2)',
      async test(kit) {
        const app = await kit.app()
        const form = kit.form(app, await kit.ready(app))
        form.set('nobody_declares_this', 'x')
        form.set('__proto__', 'x')
        assert.equal(kit.outcome(await kit.server.form('/oauth/token', form)).code, 'ok')
        assert.equal(({} as { x?: unknown }).x, undefined)
      },
    },
    {
      name: 'an app without the grant is refused: unauthorized_client (RFC 6749 §5.2)',
      async test(kit) {
        const app = await kit.app()
        await kit.bothSay('unauthorized_client', app, await kit.app({ grants: [] }), unchanged)
      },
    },
    {
      name: 'a wrong secret, no secret and an unknown app are refused alike: invalid_client (RFC 6749 §5.2)',
      async test(kit) {
        const app = await kit.app()
        await kit.bothSay('invalid_client', app, { clientId: app.clientId, clientSecret: 'wrong' }, unchanged)
        await kit.bothSay('invalid_client', app, { clientId: app.clientId }, unchanged)
        await kit.bothSay('invalid_client', app, { clientId: 'nobody', clientSecret: 'x' }, unchanged)
        await kit.bothSay('invalid_client', app, {}, unchanged)
      },
    },
    grant.clientAuth === 'required'
      ? {
          name: 'a public app cannot have the grant',
          async test(kit) {
            await assert.rejects(kit.app({ type: 'public' }), { code: 'invalid_input' })
          },
        }
      : {
          name: 'a public app gets a token by its name, and none with a secret that it cannot have',
          async test(kit) {
            const app = await kit.app({ type: 'public' })
            await kit.bothSay('ok', app, app, unchanged)
            await kit.bothSay('invalid_client', app, { ...app, clientSecret: 'x' }, unchanged)
          },
        },
    {
      name: 'a bot has the grant only if no user takes part in it',
      async test(kit) {
        const made = await kit.app({ type: 'bot' }).then(
          () => true,
          () => false,
        )
        assert.equal(made, !grant.forUsers)
      },
    },
    ...texts.map(([name]) => ({
      name: `junk as ${name} ends in a declared error, the same over both faces`,
      async test(kit: Kit) {
        const app = await kit.app()
        const good = await kit.ready(app)
        for (const junk of JUNK) {
          const params = { ...good, [name]: junk }
          const outcome = await kit.rest(app, params)
          assert.ok(outcome.code !== 'ok' || grant.params[name]?.optional, `${JSON.stringify(junk)} gives a token`)
          assert.ok(kit.declaredCodes.has(outcome.code), `${outcome.code} is not declared`)
          // A lone surrogate cannot be written into a form: what arrives there is another text.
          if (outcome.code === 'ok' || !junk.isWellFormed()) continue
          const other = await kit.graphql(app, params)
          // Junk is a guess, and one of the two may be the one too many.
          const isLimited = [outcome.code, other.code].includes('too_many_attempts')
          assert.ok(isLimited || other.code === outcome.code, `REST says ${outcome.code}, GraphQL ${other.code}`)
        }
      },
    })),
    ...texts.map(([name]) => ({
      name: `what is not a text as ${name} is refused, over both faces`,
      async test(kit: Kit) {
        const app = await kit.app()
        const good = await kit.ready(app)
        for (const value of NOT_TEXTS) {
          const body = { ...Object.fromEntries(kit.form(app, good)), [kit.wire(name)]: value }
          assert.equal(kit.outcome(await kit.server.json('/oauth/token', body)).code, 'invalid_request')
          const outcome = await kit.graphql(app, { ...good, [name]: value })
          assert.equal(outcome.status, 400)
        }
      },
    })),
    ...(singleUse ? singleUseFacts() : []),
    ...(expiresAfterSeconds === undefined
      ? []
      : [
          {
            name: `what is presented is over after ${expiresAfterSeconds} seconds`,
            async test(kit: Kit) {
              const app = await kit.app()
              const [early, late] = [await kit.ready(app), await kit.ready(app)]
              kit.server.clock.pass({ seconds: expiresAfterSeconds - 1 })
              assert.equal((await kit.rest(app, early)).code, 'ok')
              kit.server.clock.pass({ seconds: 2 })
              const outcome = await kit.rest(app, late)
              assert.notEqual(outcome.code, 'ok')
              assert.ok(kit.declaredCodes.has(outcome.code), `${outcome.code} is not declared`)
            },
          },
        ]),
  ]
}

function singleUseFacts(): readonly Fact[] {
  return [
    {
      name: 'what is presented works once: then invalid_grant, over both faces',
      async test(kit) {
        const app = await kit.app()
        const params = await kit.ready(app)
        assert.equal((await kit.rest(app, params)).code, 'ok')
        assert.equal((await kit.rest(app, params)).code, 'invalid_grant')
        assert.equal((await kit.graphql(app, params)).code, 'invalid_grant')
      },
    },
    {
      name: `${PARALLEL} parallel exchanges over both faces give exactly one token, active afterwards`,
      async test(kit) {
        const app = await kit.app()
        const params = await kit.ready(app)
        const outcomes = await Promise.all(
          Array.from({ length: PARALLEL }, (_, index) =>
            index % 2 ? kit.rest(app, params) : kit.graphql(app, params),
          ),
        )
        const won = outcomes.filter(({ code }) => code === 'ok')
        assert.equal(won.length, 1)
        assert.deepEqual(new Set(outcomes.map(({ code }) => code)), new Set(['ok', 'invalid_grant']))
        assert.ok(await kit.isActive(won[0]?.accessToken ?? ''))
      },
    },
  ]
}
