import { definePlugin, type Plugin } from 'grantql/plugin'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { writeNodeId } from '../../src/graphql/node-id.ts'
import { databases } from '../support/database.ts'
import { codes, makeApp, openGraphQL, type TestApp, type TestGraphQL, type TestUser } from './support.ts'

const loadVault = vi.fn(async (id: string) => ({ id }))
const loadNote = vi.fn(async (id: string) => ({ id }))

/** A node on the admin endpoint alone, and one on both that says nothing about who may load it. */
const vaults: Plugin = definePlugin()({
  id: 'vaults',
  graphql({ builder }) {
    const Vault = builder.objectRef<{ id: string }>('Vault')
    builder.node(Vault, {
      subGraphs: ['admin'],
      authScopes: { admin: true },
      id: { resolve: ({ id }) => id },
      loadOne: loadVault,
    })
    const Note = builder.objectRef<{ id: string }>('Note')
    builder.node(Note, { id: { resolve: ({ id }) => id }, loadOne: loadNote })
  },
})

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }'
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'

describe.each(databases)('node(id) ($name)', (database) => {
  let server: TestGraphQL
  let owner: TestUser
  let other: TestUser
  let admin: TestUser
  let app: TestApp
  beforeAll(async () => {
    server = await openGraphQL(database, { plugins: [vaults] })
    owner = await server.user()
    other = await server.user()
    admin = await server.user('admin')
    app = await makeApp(server, owner)
  })
  const node = async (id: string, by?: TestUser, endpoint: 'public' | 'admin' = 'public') =>
    server.ask(NODE, { id }, { ...by?.bearer, endpoint })

  it('loads what is one’s own, and null for everything else alike', async () => {
    const userId = writeNodeId('User', owner.user.id)
    expect((await node(app.id, owner)).data.node).toEqual({ __typename: 'App', id: app.id })
    expect((await node(userId, owner)).data.node).toEqual({ __typename: 'User', id: userId })
    const nothing = await node(writeNodeId('App', owner.user.id), other)
    for (const by of [other, undefined]) {
      for (const id of [app.id, userId]) expect((await node(id, by)).text).toBe(nothing.text)
    }
    expect(nothing.text).toBe('{"data":{"node":null}}')
  })

  it('a type of the admin endpoint is like an id that nothing has: no loader runs, and its name is not given away', async () => {
    const find = vi.spyOn(server.core.audit, 'find')
    loadVault.mockClear()
    for (const by of [undefined, owner, admin]) {
      for (const id of [writeNodeId('Vault', '1'), writeNodeId('AuditEvent', '1'), writeNodeId('Nothing', '1')]) {
        expect((await node(id, by)).text).toBe('{"data":{"node":null}}')
        expect((await server.ask(NODES, { ids: [id, id] }, by?.bearer ?? {})).text).toBe(
          '{"data":{"nodes":[null,null]}}',
        )
      }
    }
    expect(loadVault).not.toHaveBeenCalled()
    expect(find).not.toHaveBeenCalled()
    expect((await node(writeNodeId('Vault', '1'), admin, 'admin')).data.node).toEqual({
      __typename: 'Vault',
      id: writeNodeId('Vault', '1'),
    })
    expect(loadVault).toHaveBeenCalledOnce()
    const byName = await server.ask('{ node(id: "x") { ... on Vault { id } } }', {}, admin.bearer)
    expect(codes(byName)).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  })

  it('somebody else’s user is not even loaded', async () => {
    const byId = vi.spyOn(server.core.users, 'byId')
    const session = vi.spyOn(server.core.sessions, 'byToken')
    await node(writeNodeId('User', owner.user.id), other)
    expect(byId.mock.calls).toEqual([[other.user.id]])
    expect(session).toHaveBeenCalledOnce()
    byId.mockRestore()
  })

  it('a node that says nothing about access is for whoever is signed in', async () => {
    loadNote.mockClear()
    expect((await node(writeNodeId('Note', '1'))).data.node).toBeNull()
    expect(loadNote).not.toHaveBeenCalled()
    expect((await node(writeNodeId('Note', '1'), other)).data.node.__typename).toBe('Note')
  })

  it('nodes keep their order', async () => {
    const ids = [
      writeNodeId('Vault', '1'),
      app.id,
      'junk',
      writeNodeId('User', owner.user.id),
      writeNodeId('User', other.user.id),
    ]
    const { data } = await server.ask(NODES, { ids }, owner.bearer)
    expect(data.nodes.map((each: { __typename: string } | null) => each?.__typename ?? null)).toEqual([
      null,
      'App',
      null,
      'User',
      null,
    ])
  })

  it.each([
    '',
    'x',
    'QXBw',
    'QXBwOg',
    '%',
    '\u0000',
    'QXBwOic=',
    `${Buffer.from("App:' OR 1=1").toString('base64url')}`,
    'x'.repeat(5000),
  ])('%j is nothing’s id', async (id) => {
    expect((await node(id, owner)).text).toBe('{"data":{"node":null}}')
    expect((await server.ask('query ($id: ID!) { app(id: $id) { id } }', { id }, owner.bearer)).data.app).toBeNull()
  })
})
