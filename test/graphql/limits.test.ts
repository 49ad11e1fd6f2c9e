import { beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { CREATE_APP, codes, makeApp, openGraphQL, post, read, type TestGraphQL, type TestUser } from './support.ts'

const nested = (depth: number) => `{${'viewer{'.repeat(depth)}id${'}'.repeat(depth)}}`
const CHEAP_AND_DEEP =
  '{viewer{apps(first:1){edges{node{owner{apps(first:1){edges{node{owner{apps(first:1){edges{cursor}}}}}}}}}}}}'

describe.each(databases)('limits of a document ($name)', (database) => {
  let server: TestGraphQL
  let user: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database)
    user = await server.user()
    await makeApp(server, user)
  })

  const refused = async (query: string, variables?: object) => {
    const start = performance.now()
    const answer = await server.ask(query, variables, user.bearer)
    const took = performance.now() - start
    expect(answer.data ?? null).toBeNull()
    return { status: answer.status, code: codes(answer)?.[0], took }
  }

  it('12 levels are answered, 13 are not', async () => {
    expect((await server.ask(CHEAP_AND_DEEP, {}, user.bearer)).status).toBe(200)
    const deeper = CHEAP_AND_DEEP.replace('cursor', 'node{id}')
    expect(await refused(deeper)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    const through =
      '{viewer{apps{edges{node{owner{...a}}}}}} fragment a on User{apps{edges{node{owner{...b}}}}} fragment b on User{apps{edges{node{id}}}}'
    expect(await refused(through)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
  })

  it.each([50, 500, 8000])('%i levels within each other are refused at once, and never a 500', async (depth) => {
    const { status, took } = await refused(nested(depth))
    expect(status).toBe(400)
    expect(took).toBeLessThan(500)
  })

  it('fragments that hold themselves, chain, or double are refused or cheap', async () => {
    expect((await refused('{...a} fragment a on Query{...b} fragment b on Query{...a}')).status).toBe(400)
    const chain = Array.from({ length: 150 }, (_, i) => `fragment f${i} on Query{...f${i + 1}}`).join(' ')
    expect((await refused(`{...f0} ${chain} fragment f150 on Query{__typename}`)).status).toBe(400)
    const doubled = Array.from(
      { length: 20 },
      (_, i) => `fragment f${i} on User{apps{edges{node{owner{...f${i + 1}} x:owner{...f${i + 1}}}}}}`,
    )
    expect((await refused(`{viewer{...f0}} ${doubled.join(' ')} fragment f20 on User{id}`)).status).toBe(400)
  })

  it('aliases, fields, root fields, tokens and comments are bounded', async () => {
    const aliases = (count: number) => `{${Array.from({ length: count }, (_, i) => `a${i}:__typename`).join(' ')}}`
    expect((await refused(aliases(1000))).status).toBe(400)
    expect(await refused(`{viewer${aliases(31)}}`)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    expect((await refused(aliases(21))).status).toBe(400)
    expect((await refused(`{${' __typename'.repeat(500)}}`)).status).toBe(400)
    expect(await refused(`{${'a '.repeat(9000)}}`)).toMatchObject({ status: 400, code: 'GRAPHQL_PARSE_FAILED' })
    expect(await refused(`{__typename}${'#\n'.repeat(5000)}`)).toMatchObject({
      status: 400,
      code: 'GRAPHQL_PARSE_FAILED',
    })
  })

  it('documents that are slow to validate are refused or fast', async () => {
    const sets = `{${'viewer{id username role createdAt apps{edges{node{id name}}}}'.repeat(19)}}`
    const spreads = `{viewer{${Array.from({ length: 150 }, (_, i) => `...f${i}`).join(' ')}}}${Array.from({ length: 150 }, (_, i) => ` fragment f${i} on User{id}`).join('')}`
    for (const query of [sets, spreads, `{viewer{${'id '.repeat(199)}}}`]) {
      const start = performance.now()
      await server.ask(query, {}, user.bearer)
      expect(performance.now() - start).toBeLessThan(1000)
    }
  })

  it('a body of 5 MB is too large', async () => {
    const response = await server.send(post(JSON.stringify({ query: `{${'a '.repeat(2_500_000)}}` })))
    expect(response.status).toBe(413)
  })

  it('variables that are deep or many are refused without being walked by recursion', async () => {
    const deep = (open: string, close: string, levels: number) =>
      `{"query":"query($x:Int){__typename @include(if:true)}","variables":{"x":${open.repeat(levels)}1${close.repeat(levels)}}}`
    for (const body of [deep('[', ']', 50_000), deep('{"a":', '}', 20_000), deep('[', ']', 9)]) {
      const answer = await read(await server.send(post(body)))
      expect(answer.status).toBe(400)
      expect(codes(answer)).toEqual(['BAD_USER_INPUT'])
    }
    const many = { input: { name: 'x', type: 'PUBLIC', scopes: Array.from({ length: 5000 }, String) } }
    expect(await refused(CREATE_APP, many)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
  })

  it.each(['1000000000', '-1', '0', '101', '2147483648', '1e9', '"5"', 'null'])(
    'apps(first: %s) is refused or the default',
    async (first) => {
      const answer = await server.ask(`{apps(first:${first}){edges{node{id}}}}`, {}, user.bearer)
      if (first === 'null') expect(answer.data.apps.edges).toHaveLength(1)
      else expect(answer.status).toBe(400)
      const byVariable = await server.ask(
        'query($n:Int){apps(first:$n){edges{node{id}}}}',
        { n: JSON.parse(first) },
        user.bearer,
      )
      if (first === 'null') expect(byVariable.data.apps.edges).toHaveLength(1)
      else expect([byVariable.status, codes(byVariable)]).toEqual([400, ['BAD_USER_INPUT']])
    },
  )

  it('pages within pages are added up before anything runs', async () => {
    const pages = '{viewer{apps(first:100){edges{node{owner{apps(first:100){edges{node{id}}}}}}}}}'
    expect(await refused(pages)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    const variables = 'query($n:Int!){viewer{apps(first:$n){edges{node{owner{apps(first:$n){edges{node{id}}}}}}}}}'
    expect((await refused(variables, { n: 100 })).status).toBe(400)
    expect((await server.ask(variables, { n: 10 }, user.bearer)).status).toBe(200)
    const ids = Array.from({ length: 101 }, () => 'x')
    expect(codes(await server.ask('query($ids:[ID!]!){nodes(ids:$ids){id}}', { ids }, user.bearer))).toEqual([
      'BAD_USER_INPUT',
    ])
  })

  it('a document checks one credential at most, however it is written', async () => {
    const once = 'clientCredentials(input:{clientId:"a",clientSecret:"b"}){__typename}'
    for (const query of [
      `mutation{a:${once} b:${once}}`,
      `mutation{${once} requestCode(input:{clientId:"a"}){__typename}}`,
      `mutation{${once} signIn(input:{username:"a",password:"b"}){__typename}}`,
      `mutation{...f b:${once}} fragment f on Mutation{${once}}`,
      `mutation{... on Mutation{a:${once}} ... on Mutation{b:${once}}}`,
      `mutation a{${once}} mutation b{${once}}`,
    ]) {
      expect(await refused(query), query).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' })
    }
    expect((await server.ask(`mutation{${once}}`)).data.clientCredentials.__typename).toBe('InvalidClientError')
  })

  it('lists of requests and operations that are not named are refused', async () => {
    const batch = await read(
      await server.send(post(JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{__typename}' }))))),
    )
    expect([batch.status, codes(batch)]).toEqual([400, ['BAD_USER_INPUT']])
    for (const body of [
      { query: 'query a{__typename} query b{__typename}' },
      { query: 'query a{__typename}', operationName: 'b' },
    ]) {
      expect((await server.send(post(JSON.stringify(body)))).status).toBe(400)
    }
    const named = await read(
      await server.send(post('{"query":"query a{__typename} query b{viewer{id}}","operationName":"a"}')),
    )
    expect(named.data).toEqual({ __typename: 'Query' })
  })

  it('the usual introspection is answered, a deeper one is not, and both can be turned off', async () => {
    const { getIntrospectionQuery } = await import('graphql')
    expect((await server.ask(getIntrospectionQuery())).data.__schema.queryType.name).toBe('Query')
    expect((await refused(`{__schema{types{${'fields{type{'.repeat(6)}name${'}}'.repeat(6)}}}}`)).status).toBe(400)
    const closed = await openGraphQL(database, { graphql: { introspection: false } })
    const answer = await closed.ask(getIntrospectionQuery())
    expect([answer.status, codes(answer)?.[0]]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED'])
    expect((await closed.ask('{__typename}')).status).toBe(200)
  })
})
