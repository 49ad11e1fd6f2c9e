import {
  defineError,
  defineGrant,
  defineOperation,
  definePlugin,
  field,
  type GraphQLDoor,
  type Plugin,
  param,
} from 'grantql/plugin'
import { lexicographicSortSchema, printSchema, printType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { createRegistry } from '../../src/config/registry.ts'
import { BASE_TOKEN_ERRORS } from '../../src/errors/standard.ts'
import { createSchemas } from '../../src/graphql/schema.ts'
import { databases } from '../support/database.ts'
import { basic, codes, makeApp, openGraphQL } from './support.ts'

const schemas = (...plugins: Plugin[]) => createSchemas(createRegistry(plugins, []))
const adds = (id: string, graphql: (door: GraphQLDoor) => void): Plugin => definePlugin()({ id, graphql })

const TooDear = defineError({
  code: 'too_dear',
  message: 'It costs too much.',
  fields: {
    price: field.integer({ description: 'What it costs.' }),
    until: field.instant({ description: 'Until when.', optional: true }),
    offers: field.list({ description: 'What else there is.' }),
  },
})

const shop: Plugin = definePlugin()({
  id: 'shop',
  grants: [
    defineGrant()({
      grantType: 'urn:toy:shop',
      mutation: 'buyToken',
      spec: 'a toy',
      description: 'Buys a token.',
      clientAuth: 'required',
      params: {
        coins: param.integer({ description: 'How many coins.' }),
        isGift: param.boolean({ description: 'Whether it is a gift.', optional: true }),
        scopes: param.scopes({ description: 'What for.' }),
      },
      errors: [TooDear],
      async exchange(ctx, { coins, isGift, scopes }) {
        if (coins < 3) throw new TooDear({ price: 3, until: new Date(0), offers: ['nothing'] })
        return { subject: { appOnly: true }, scopes: ctx.narrowScopes(scopes), claims: { gift: isGift ?? null, coins } }
      },
    }),
  ],
  operations: [
    defineOperation()({
      mutation: 'askPrice',
      spec: 'a toy',
      description: 'Asks.',
      clientAuth: 'none',
      params: {},
      errors: [],
      resultType: 'Price',
      result: {
        coins: field.integer({ description: 'How many.' }),
        offers: field.strings({ description: 'What else.', optional: true }),
        at: field.instant({ description: 'When.' }),
        isFair: field.boolean({ description: 'Whether.' }),
      },
      run: async () => ({ coins: 3, at: new Date(0), isFair: true }),
    }),
  ],
})

describe.each(databases)('what follows from a declaration ($name)', (database) => {
  it('a grant takes typed parameters and answers its own errors with their fields', async () => {
    const server = await openGraphQL(database, { plugins: [shop] })
    const admin = await server.user('admin')
    const app = await makeApp(server, admin, { grants: ['urn:toy:shop'] })
    const buy = async (input: object) =>
      server.ask(
        'mutation($input:BuyTokenInput!){buyToken(input:$input){__typename ... on TokenSet{accessToken scopes} ... on TooDearError{code message price until offers}}}',
        { input },
        basic(app),
      )
    expect((await buy({ coins: 1 })).data.buyToken).toEqual({
      __typename: 'TooDearError',
      code: 'too_dear',
      message: 'It costs too much.',
      price: 3,
      until: '1970-01-01T00:00:00.000Z',
      offers: ['nothing'],
    })
    const { accessToken } = (await buy({ coins: 5, isGift: true, scopes: ['read'] })).data.buyToken
    expect(server.core.keys.verify(accessToken, { type: 'at+jwt' })?.claims).toMatchObject({
      gift: true,
      coins: 5,
      scope: 'read',
    })
    for (const input of [
      {},
      { coins: '5' },
      { coins: 5.5 },
      { coins: null },
      { coins: 2 ** 31 },
      { coins: 5, isGift: 'true' },
    ]) {
      expect(codes(await buy(input))).toEqual(['BAD_USER_INPUT'])
    }
  })

  it('an operation without an app takes no credentials, and one without parameters no input', async () => {
    const { ask } = await openGraphQL(database, { plugins: [shop] })
    const { data } = await ask('mutation{askPrice{__typename ... on Price{coins offers at isFair}}}')
    expect(data.askPrice).toEqual({
      __typename: 'Price',
      coins: 3,
      offers: null,
      at: '1970-01-01T00:00:00.000Z',
      isFair: true,
    })
  })
})

describe('the schema of a deployment', () => {
  it('names what a result may be, with its descriptions', () => {
    const { public: schema } = schemas(shop)
    const type = schema.getType('BuyTokenResult')
    expect(type && printType(type)).toBe(
      `union BuyTokenResult = ${['TokenSet', 'TooDearError', ...BASE_TOKEN_ERRORS.map(({ typeName }) => typeName)].sort().join(' | ')}`,
    )
    expect(schema.getMutationType()?.getFields().buyToken?.description).toBe('Buys a token. (a toy)')
  })

  it('holds the errors of plugins that take part in every token request, and their fields of TokenSet', () => {
    const guard: Plugin = definePlugin()({
      id: 'guard',
      errors: [TooDear],
      tokenParams: [
        {
          id: 'r',
          params: { resource: param.string({ description: 'Whom it is for.', optional: true }) },
          apply: async (_ctx, issuance) => issuance,
        },
      ],
      tokenCompanions: [{ field: 'receipt', description: 'What was paid.', issue: async () => undefined }],
    })
    const sdl = printSchema(schemas(clientCredentials(), guard).public)
    expect(sdl).toMatch(/union ClientCredentialsResult = .*TooDearError/)
    expect(sdl).toMatch(/input ClientCredentialsInput \{[^}]*resource: String\n/)
    expect(sdl).toMatch(/type TokenSet \{[^}]*receipt: String\n/)
  })

  it('is the same however often it is built', () => {
    const registry = createRegistry(
      [
        shop,
        adds('more', ({ mutation, refs }) =>
          mutation('signInTwice', {
            description: 'x',
            subGraphs: ['public'],
            type: refs.Session,
            errors: [],
            resolve: () => null as never,
          }),
        ),
      ],
      [],
    )
    const print = () => printSchema(lexicographicSortSchema(createSchemas(registry).public))
    expect(print()).toBe(print())
  })

  it.each([
    [
      'query',
      (door: GraphQLDoor) =>
        door.builder.queryField('weather', (t) => t.string({ subGraphs: ['public'], resolve: () => '' })),
    ],
    [
      'query',
      (door: GraphQLDoor) =>
        door.builder.queryFields((t) => ({ weather: t.string({ subGraphs: ['public'], resolve: () => '' }) })),
    ],
    [
      'mutation',
      (door: GraphQLDoor) =>
        door.builder.mutationField('weather', (t) => t.string({ subGraphs: ['public'], resolve: () => '' })),
    ],
    [
      'mutation',
      (door: GraphQLDoor) =>
        door.mutation('weather', {
          description: 'x',
          subGraphs: ['public'],
          type: door.refs.Session,
          errors: [],
          resolve: () => null as never,
        }),
    ],
    [
      'subscription',
      (door: GraphQLDoor) =>
        door.builder.subscriptionField('weather', (t) =>
          t.string({ subGraphs: ['public'], subscribe: () => null as never, resolve: () => '' }),
        ),
    ],
  ] as const)('two plugins that take the same %s do not start, and both are named', (kind, graphql) => {
    expect(() => schemas(adds('sun', graphql), adds('rain', graphql))).toThrow(
      new RegExp(`"sun".*"rain".*${kind} "weather"`),
    )
  })

  it('a plugin that takes a field of core is named', () => {
    const taken = (name: string) =>
      adds('greedy', ({ builder }) =>
        builder.queryField(name, (t) => t.string({ subGraphs: ['public'], resolve: () => '' })),
      )
    const own = Object.values(schemas()).flatMap((schema) => Object.keys(schema.getQueryType()?.getFields() ?? {}))
    expect(own).toContain('viewer')
    for (const name of own) expect(() => schemas(taken(name))).toThrow(/GrantQL itself.*"greedy"/i)
    const mutation = adds('greedy', ({ builder }) =>
      builder.mutationField('approve', (t) => t.string({ subGraphs: ['public'], resolve: () => '' })),
    )
    expect(() => schemas(mutation)).toThrow(/GrantQL itself.*"greedy"/i)
  })

  it('a plugin whose part cannot be built is named', () => {
    const broken = adds('broken', () => {
      throw new Error('no glue')
    })
    expect(() => schemas(broken)).toThrow('The GraphQL part of the plugin "broken" cannot be built: no glue')
  })
})
