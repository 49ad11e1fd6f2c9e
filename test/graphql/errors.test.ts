import { definePlugin, Forbidden, InvalidScope, NotFound, type Plugin, TemporarilyUnavailable } from 'grantql/plugin'
import { GraphQLError } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { CREATE_APP, codes, openGraphQL, post, read, type TestGraphQL } from './support.ts'

const SECRET = 'hunter2-and-SELECT-secret-FROM-table'

const failures: Readonly<Record<string, () => unknown>> = {
  error: () => new Error(SECRET, { cause: new Error(SECRET) }),
  text: () => SECRET,
  nothing: () => undefined,
  graphql: () => new GraphQLError('a plugin says it', { extensions: { code: 'OF_A_PLUGIN' } }),
  unavailable: () => new TemporarilyUnavailable({ retryAfterSeconds: 7, cause: new Error(SECRET) }),
  forbidden: () => new Forbidden(),
  notFound: () => new NotFound(),
}

/** Fails in the way that it is asked for. */
const failing: Plugin = definePlugin()({
  id: 'failing',
  graphql({ builder, mutation, refs }) {
    builder.queryField('fail', (t) =>
      t.string({
        nullable: true,
        subGraphs: ['public'],
        args: { how: t.arg.string({ required: true }) },
        resolve: (_root, { how }): string => {
          throw failures[how]?.()
        },
      }),
    )
    builder.queryField('bad', (t) =>
      t.string({ nullable: true, subGraphs: ['public'], resolve: () => ({ [Symbol.toPrimitive]: 5 }) as never }),
    )
    builder.queryField('hole', (t) => t.string({ subGraphs: ['public'], resolve: () => null as never }))
    mutation('failSecretly', {
      description: 'Fails with a cause.',
      subGraphs: ['public'],
      type: refs.Session,
      errors: [InvalidScope],
      resolve: () => {
        throw new InvalidScope({ message: 'Not that one.', cause: new Error(SECRET) })
      },
    })
  },
})

describe.each(databases)('errors ($name)', (database) => {
  let server: TestGraphQL
  beforeAll(async () => {
    server = await openGraphQL(database, { plugins: [failing] })
  })
  const fail = (how: string, more = '') => server.ask(`{fail(how:"${how}") ${more}}`)

  it.each(['error', 'text', 'nothing'])(
    'what nobody foresaw (%s) is masked, and logged with the request id',
    async (how) => {
      server.logged.length = 0
      const answer = await fail(how)
      expect(answer.data).toEqual({ fail: null })
      expect(codes(answer)).toEqual(['INTERNAL_SERVER_ERROR'])
      expect(answer.text).not.toContain(SECRET)
      expect(answer.text).not.toContain('stack')
      const extensions = answer.errors?.[0]?.extensions ?? {}
      expect(extensions.requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect(server.logged).toContainEqual(
        expect.objectContaining({
          level: 'error',
          fields: expect.objectContaining({ requestId: extensions.requestId }),
        }),
      )
    },
  )

  it('what GraphQL itself says of a broken resolver is masked too', async () => {
    for (const query of ['{bad}', '{hole}']) {
      const answer = await server.ask(query)
      expect([query, codes(answer)]).toEqual([query, ['INTERNAL_SERVER_ERROR']])
      expect(answer.text).not.toMatch(/null for non-nullable|represent/)
    }
  })

  it('a code of a plugin’s own goes through, and so does what OAuth calls an error', async () => {
    expect((await fail('graphql')).errors).toMatchObject([
      { message: 'a plugin says it', extensions: { code: 'OF_A_PLUGIN' } },
    ])
    expect(codes(await fail('notFound'))).toEqual(['not_found'])
    expect(codes(await fail('forbidden'))).toEqual(['FORBIDDEN'])
  })

  it('unavailable is a 503 with Retry-After where the whole request failed on it', async () => {
    const whole = await fail('unavailable')
    expect([whole.status, whole.headers.get('retry-after'), codes(whole)]).toEqual([503, '7', ['SERVICE_UNAVAILABLE']])
    expect(whole.text).not.toContain(SECRET)
    const partly = await fail('unavailable', '__typename')
    expect([partly.status, partly.data.__typename]).toEqual([200, 'Query'])
  })

  it('the operator learns the cause of an error in a union, and nobody else does', async () => {
    server.logged.length = 0
    const answer = await server.ask('mutation{failSecretly{__typename ... on Error{code message}}}')
    expect(answer.data.failSecretly).toEqual({
      __typename: 'InvalidScopeError',
      code: 'invalid_scope',
      message: 'Not that one.',
    })
    expect(answer.text).not.toContain(SECRET)
    expect((server.logged[0]?.fields.err as Error | undefined)?.message).toBe(SECRET)
  })

  it('nothing that the caller sent is repeated where a secret could stand', async () => {
    for (const [query, variables] of [
      [`mutation{signIn(input:{username:"a",password:"${SECRET}`],
      [`mutation{signIn(input:{username:"a",password:hunter2}){__typename}}`],
      [`mutation{signIn(input:{username:"a",password:{a:"${SECRET}"}}){__typename}}`],
      [`mutation{signIn(input:{username:"a",password:["${SECRET}"]}){__typename}}`],
      ['mutation($p:String!){signIn(input:{username:"a",password:$p}){__typename}}', { p: { a: SECRET } }],
      ['mutation($p:String!){signIn(input:{username:"a",password:$p}){__typename}}', { p: [SECRET] }],
      [
        'mutation($input:SignInInput!){signIn(input:$input){__typename}}',
        { input: { username: 'a', password: { a: SECRET } } },
      ],
      ['mutation($input:SignInInput!){signIn(input:$input){__typename}}', { input: { [SECRET]: 1 } }],
      ['mutation($input:SignInInput!){signIn(input:$input){__typename}}', { input: SECRET }],
      [CREATE_APP, { input: { name: 'x', type: SECRET } }],
    ] as [string, object?][]) {
      const answer = await server.ask(query, variables)
      expect([query, answer.status]).toEqual([query, 400])
      expect(answer.text).not.toContain('hunter2')
    }
  })

  it('a mistake in a variable names the place', async () => {
    const answer = await server.ask(CREATE_APP, { input: { name: 5, type: 'PUBLIC', scopes: [{}] } })
    expect(answer.errors?.map(({ message }) => message)).toEqual([
      'Variable "$input" does not fit its type at "input.name".',
      'Variable "$input" does not fit its type at "input.scopes[0]".',
    ])
  })

  it.each(['0', '5', 'true', 'false', '[]', '{}', '[["x"]]', '{"toSqlString":1}', '{"$ne":null}', '1e400', '-0'])(
    '%s is no text and no id',
    async (value) => {
      for (const [query, variables] of [
        ['query($v:ID!){app(id:$v){id}}', value],
        ['query($v:ID!){node(id:$v){id}}', value],
        ['query($v:String!){approval(handle:$v){id}}', value],
        ['mutation($v:String!){clientCredentials(input:{clientId:$v}){__typename}}', value],
        ['mutation($v:ID!){deleteApp(input:{id:$v}){__typename}}', value],
        ['mutation($v:ClientCredentialsInput!){clientCredentials(input:$v){__typename}}', `{"clientSecret":${value}}`],
      ]) {
        const answer = await read(
          await server.send(post(`{"query":${JSON.stringify(query)},"variables":{"v":${variables}}}`)),
        )
        expect([query, answer.status]).toEqual([query, 400])
      }
    },
  )

  it('texts that no database stores alike are refused by name, never a 500', async () => {
    const { ask, user } = server
    const { bearer } = await user()
    const name = async (text: string) =>
      (await ask(CREATE_APP, { input: { name: text, type: 'PUBLIC' } }, bearer)).data.createApp
    for (const text of ['', ' ', 'a\u0000b', '\ud800', 'x\udfff', 'x'.repeat(101), '\u202eabc', 'a\u200bb']) {
      expect(await name(text)).toMatchObject({ __typename: 'InvalidInputError', field: ['name'] })
    }
    for (const text of ['👩‍🚀', 'ﬁ', 'e\u0301'.repeat(20), '\uffff', "'; DROP TABLE app; --"]) {
      expect((await name(text)).app.name).toBe(text)
    }
  })
})
