import { beforeAll, describe, expect, it } from 'vitest'
import { writeNodeId } from '../../src/graphql/node-id.ts'
import { databases } from '../support/database.ts'
import { codes, makeApp, openGraphQL, type TestGraphQL, type TestUser } from './support.ts'

const APPS = `query ($first: Int, $after: String, $last: Int, $before: String) {
  apps(first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

describe.each(databases)('connections ($name)', (database) => {
  let server: TestGraphQL
  let owner: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database)
    owner = await server.user()
    for (let number = 1; number <= 5; number++) await makeApp(server, owner, { name: `app ${number}` })
    await makeApp(server, await server.user(), { name: 'not mine' })
  })
  const page = async (variables: object) => {
    const { data } = await server.ask(APPS, variables, owner.bearer)
    const { edges, pageInfo, totalCount } = data.apps
    return { names: edges.map(({ node }: { node: { name: string } }) => node.name), ...pageInfo, totalCount }
  }

  it('go forward and back over what is one’s own', async () => {
    const first = await page({ first: 2 })
    expect(first).toMatchObject({ names: ['app 1', 'app 2'], hasNextPage: true, hasPreviousPage: false, totalCount: 5 })
    const second = await page({ first: 2, after: first.endCursor })
    expect(second).toMatchObject({ names: ['app 3', 'app 4'], hasNextPage: true, hasPreviousPage: true })
    const last = await page({ first: 2, after: second.endCursor })
    expect(last).toMatchObject({ names: ['app 5'], hasNextPage: false, hasPreviousPage: true })
    expect(await page({ last: 2 })).toMatchObject({
      names: ['app 4', 'app 5'],
      hasNextPage: false,
      hasPreviousPage: true,
    })
    expect(await page({ last: 9, before: second.startCursor })).toMatchObject({
      names: ['app 1', 'app 2'],
      hasPreviousPage: false,
      hasNextPage: true,
    })
    expect((await page({})).names).toHaveLength(5)
  })

  it('a cursor that is forged, edited or of another list is refused', async () => {
    const { endCursor } = await page({ first: 1 })
    const admin = await server.user('admin')
    const users = await server.ask('{users(first:1){pageInfo{endCursor}}}', {}, { ...admin.bearer, endpoint: 'admin' })
    for (const after of [
      'x',
      '',
      `${endCursor}A`,
      endCursor.toUpperCase(),
      users.data.users.pageInfo.endCursor,
      Buffer.from("apps:' OR '1'='1").toString('base64url'),
      Buffer.from('apps:').toString('base64url'),
      'x'.repeat(10_000),
    ]) {
      const answer = await server.ask(APPS, { first: 1, after }, owner.bearer)
      expect([after.slice(0, 20), answer.status, codes(answer)]).toEqual([after.slice(0, 20), 400, ['BAD_USER_INPUT']])
    }
  })

  it('arguments that contradict each other are refused', async () => {
    for (const variables of [
      { first: 1, last: 1 },
      { first: 1, before: 'x' },
      { last: 1, after: 'x' },
    ]) {
      expect(codes(await server.ask(APPS, variables, owner.bearer))).toEqual(['BAD_USER_INPUT'])
    }
  })

  it('the admin endpoint lists everybody’s apps, everybody, and what happened, newest first', async () => {
    const admin = await server.user('admin')
    const ask = (query: string, variables = {}) => server.ask(query, variables, { ...admin.bearer, endpoint: 'admin' })
    expect((await ask('{apps(first:100){edges{node{name}}}}')).data.apps.edges).toHaveLength(6)
    const { data } = await ask('{users(first:100){totalCount edges{node{id username apps{totalCount}}}}}')
    expect(data.users.totalCount).toBe(data.users.edges.length)
    const mine = data.users.edges.find(
      ({ node }: { node: { username: string } }) => node.username === owner.user.username,
    )
    expect(mine.node.apps.totalCount).toBe(5)

    const all = await ask(
      '{auditEvents(first:100){edges{cursor node{id kind createdAt userId appId requestId details}}}}',
    )
    const kinds = all.data.auditEvents.edges.map(({ node }: { node: { kind: string } }) => node.kind)
    expect(kinds.slice(0, 2)).toEqual(['user.created', 'user.created'])
    expect(kinds.filter((kind: string) => kind === 'app.created')).toHaveLength(6)
    const [, second, third] = all.data.auditEvents.edges
    const next = await ask('query($after:String){auditEvents(first:1,after:$after){edges{node{id}}}}', {
      after: second.cursor,
    })
    expect(next.data.auditEvents.edges[0].node.id).toBe(third.node.id)
    const one = await ask('query($id:ID!){node(id:$id){... on AuditEvent{kind userId}}}', { id: third.node.id })
    expect(one.data.node.kind).toBe(third.node.kind)
    expect(
      (await ask('query($id:ID!){node(id:$id){id}}', { id: writeNodeId('AuditEvent', 'none') })).data.node,
    ).toBeNull()
  })
})
