import {
  defineError,
  defineGrant,
  defineOperation,
  definePlugin,
  type Plugin,
  type PluginDefinition,
  param,
} from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { BootError } from '../../src/config/boot-error.ts'
import { createRegistry } from '../../src/config/registry.ts'

const grant = (grantType: string, mutation: string) =>
  defineGrant()({
    grantType,
    mutation,
    spec: 'a test',
    description: 'A toy.',
    clientAuth: 'required',
    params: { toy: param.string({ description: 'A toy.', optional: true }) },
    errors: [],
    exchange: async () => ({ subject: { appOnly: true }, scopes: [] }),
  })

const operation = (mutation: string, path: string, metadata?: string) =>
  defineOperation()({
    mutation,
    path,
    ...(metadata && { metadata }),
    spec: 'a test',
    description: 'A toy.',
    clientAuth: 'none',
    params: {},
    errors: [],
    resultType: 'Toy',
    result: {},
    run: async () => ({}),
  })

const plugin = (id: string, rest: Omit<PluginDefinition<{ toy_one: object; toy_two_rows: object }>, 'id'>): Plugin =>
  definePlugin<{ toy_one: object; toy_two_rows: object }>()({ id, ...rest })

function boot(...plugins: Plugin[]): string {
  try {
    createRegistry(plugins, [{ name: 'read', description: 'Read' }])
    return 'it boots'
  } catch (error) {
    expect(error).toBeInstanceOf(BootError)
    return (error as Error).message
  }
}

describe('two plugins that claim the same thing stop the boot, and both are named', () => {
  const endpoint = (path: string) => ({ method: 'POST', path, handle: async () => new Response() }) as const
  const asked = (id: string) => ({
    id,
    params: { toy: param.string({ description: 'x', optional: true }) },
    read: async () => undefined,
  })
  const Toy = (message: string) => defineError({ code: 'toy_error', message })

  const cases: [string, Plugin, Plugin][] = [
    [
      'grant type "urn:toy"',
      plugin('one', { grants: [grant('urn:toy', 'a')] }),
      plugin('two', { grants: [grant('urn:toy', 'b')] }),
    ],
    [
      'mutation "toy"',
      plugin('one', { grants: [grant('urn:a', 'toy')] }),
      plugin('two', { operations: [operation('toy', '/toy')] }),
    ],
    [
      'resource "https://toy.example/"',
      plugin('one', { resources: [{ uri: 'https://toy.example/', name: 'One' }] }),
      plugin('two', { resources: [{ uri: 'https://toy.example/', name: 'Two' }] }),
    ],
    [
      'scope of a resource "read"',
      plugin('one', { resources: [{ uri: 'https://one.example/', name: 'One', scopes: ['read'] }] }),
      plugin('two', { resources: [{ uri: 'https://two.example/', name: 'Two', scopes: ['read'] }] }),
    ],
    [
      'path "POST /toy"',
      plugin('one', { operations: [operation('a', '/toy')] }),
      plugin('two', { endpoints: [endpoint('/toy')] }),
    ],
    [
      'path "POST /x/:a/toy"',
      plugin('one', { endpoints: [endpoint('/x/y/:b')] }),
      plugin('two', { endpoints: [endpoint('/x/:a/toy')] }),
    ],
    [
      'path "POST /:a/b/toy"',
      plugin('one', { endpoints: [endpoint('/:b/:c/toy')] }),
      plugin('two', { endpoints: [endpoint('/:a/b/toy')] }),
    ],
    [
      'metadata member "toy_endpoint"',
      plugin('one', { operations: [operation('a', '/a', 'toy_endpoint')] }),
      plugin('two', { metadata: () => ({ toy_endpoint: 'x' }) }),
    ],
    [
      'scope "toy"',
      plugin('one', { scopes: [{ name: 'toy', description: 'a' }] }),
      plugin('two', { scopes: [{ name: 'toy', description: 'b' }] }),
    ],
    ['error code "toy_error"', plugin('one', { errors: [Toy('a')] }), plugin('two', { errors: [Toy('b')] })],
    ['dialect "toy"', plugin('one', { dialect: { id: 'toy' } }), plugin('two', { dialect: { id: 'toy' } })],
    [
      'token parameter "toy"',
      plugin('one', { grants: [grant('urn:a', 'a')] }),
      plugin('two', {
        tokenParams: [
          {
            id: 'toy',
            params: { toy: param.string({ description: 'x', optional: true }) },
            apply: async (_, issuance) => issuance,
          },
        ],
      }),
    ],
    [
      'authorize parameter "toy"',
      plugin('one', { authorizeParams: [asked('one')] }),
      plugin('two', { authorizeParams: [asked('two')] }),
    ],
    [
      'user claim "toy"',
      plugin('one', { userClaims: [{ names: ['toy'], claimsOf: async () => ({}) }] }),
      plugin('two', { userClaims: [{ scope: 'read', names: ['toy'], claimsOf: async () => ({}) }] }),
    ],
    [
      'source of the claim "sub"',
      plugin('one', { subjects: { subjectOf: async () => 'a' } }),
      plugin('two', { subjects: { subjectOf: async () => 'b' } }),
    ],
    [
      'path "GET /.well-known/toy"',
      plugin('one', { metadataNames: ['toy'] }),
      plugin('two', { endpoints: [{ ...endpoint('/.well-known/toy'), method: 'GET' }] }),
    ],
  ]

  it.each(cases)('%s', (what, one, two) => {
    const sentence = boot(one, two)
    expect(sentence).toContain(what)
    expect(sentence.toLowerCase()).toContain('the plugin "one"')
    expect(sentence.toLowerCase()).toContain('the plugin "two"')
    expect(boot(one)).toBe('it boots')
    expect(boot(two)).toBe('it boots')
  })

  it('the same table: a table begins with the id of its plugin, so a second plugin can claim it only by a lookalike id', () => {
    const sentence = boot(
      plugin('toy', { tables: ['toy_one', 'toy_two_rows'] }),
      plugin('toy-two', { tables: ['toy_two_rows'] }),
    )
    expect(sentence).toBe(
      'The plugin "toy" and the plugin "toy-two" both claim the table "toy_two_rows". Take one of them out of the configuration.',
    )
  })

  it('the same plugin twice', () => {
    expect(boot(plugin('one', {}), plugin('one', {}))).toBe(
      'The plugin "one" claims the plugin id "one" twice. Take one of them out of the configuration.',
    )
  })
})

describe('what core has itself, no plugin takes', () => {
  it.each([
    ['mutation "createApp"', plugin('one', { grants: [grant('urn:a', 'createApp')] })],
    [
      'path "POST /oauth/token"',
      plugin('one', { endpoints: [{ method: 'POST', path: '/oauth/token', handle: async () => new Response() }] }),
    ],
    [
      'authorize parameter "state"',
      plugin('one', {
        authorizeParams: [
          {
            id: 'toy',
            params: { state: param.string({ description: 'x', optional: true }) },
            read: async () => undefined,
          },
        ],
      }),
    ],
    ['user claim "sub"', plugin('one', { userClaims: [{ names: ['sub'], claimsOf: async () => ({}) }] })],
    ['metadata member "issuer"', plugin('one', { metadata: () => ({ issuer: 'x' }) })],
    ['scope "grantql:admin"', plugin('one', { scopes: [{ name: 'grantql:admin', description: 'a' }] })],
    [
      'error code "invalid_grant"',
      plugin('one', { errors: [defineError({ code: 'invalid_grant', message: 'mine' })] }),
    ],
  ])('%s', (what, one) => {
    const sentence = boot(one)
    expect(sentence).toContain(what)
    expect(sentence).toContain('GrantQL itself')
    expect(sentence.toLowerCase()).toContain('the plugin "one"')
  })

  it('a table without the prefix of its plugin', () => {
    expect(boot(plugin('other', { tables: ['toy_one'] }))).toBe(
      'The plugin "other" has the table "toy_one", but its tables must begin with "other_".',
    )
  })

  it('a limit that locks people out for more than a quarter of an hour', () => {
    const limits = { knock: { description: 'Knocks.', most: 5, windowSeconds: 901 } }
    expect(boot(plugin('door', { limits }))).toBe('The limit "door.knock" makes people wait for more than 900 seconds.')
  })

  it.each([
    ['a URI that is relative', { uri: 'toy', name: 'Toy' }, 'absolute URI'],
    ['a URI with a fragment', { uri: 'https://toy.example/#a', name: 'Toy' }, 'without a fragment'],
    ['a scope that nobody declares', { uri: 'https://toy.example/', name: 'Toy', scopes: ['toys'] }, 'nobody declares'],
    ['the scope of another', { uri: 'https://toy.example/', name: 'Toy', scopes: ['ball'] }, 'has it as well'],
  ])('a resource with %s (RFC 8707 §2)', (_what, resource, says) => {
    const scopes = [{ name: 'ball', description: 'Balls', audience: 'https://ball.example/' }]
    expect(boot(plugin('one', { scopes, resources: [resource] }))).toContain(says)
  })

  it('an id that is not kebab-case', () => {
    expect(boot(plugin('Not_Kebab', {}))).toContain('kebab-case')
  })
})

describe('what does not clash', () => {
  it('a fixed path beside a pattern that would match it: the fixed one wins', () => {
    const wild = { method: 'POST', path: '/:org/:app/token', handle: async () => new Response() } as const
    const fixed = { method: 'POST', path: '/api/v1/token', handle: async () => new Response() } as const
    expect(boot(plugin('one', { endpoints: [wild] }), plugin('two', { endpoints: [fixed] }))).toBe('it boots')
  })

  it('a pattern that begins with a parameter beside one that does not: the latter wins', () => {
    const own = { method: 'POST', path: '/x/:b/toy', handle: async () => new Response() } as const
    const wild = { ...own, path: '/:a/b/toy' } as const
    expect(boot(plugin('one', { endpoints: [own] }), plugin('two', { endpoints: [wild] }))).toBe('it boots')
  })

  it('the same path with another method', () => {
    const get = { method: 'GET', path: '/toy', handle: async () => new Response() } as const
    expect(boot(plugin('one', { endpoints: [get] }), plugin('two', { operations: [operation('a', '/toy')] }))).toBe(
      'it boots',
    )
  })

  it('a standard error that a plugin declares again, word for word: it may bring its own copy of the package', async () => {
    const { InvalidGrant } = await import('grantql/plugin')
    expect(boot(plugin('one', { errors: [defineError(InvalidGrant.declaration)] }))).toBe('it boots')
  })
})
