import { type GraphQLSchema, getNamedType, isCompositeType } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { readIdOf, writeNodeId } from '../../src/graphql/node-id.ts'
import { createSchemas } from '../../src/graphql/schema.ts'
import { updateProfile } from '../../src/operations/update-profile.ts'
import type { Session } from '../../src/users/user.ts'
import { databases } from '../support/database.ts'
import { FIELDS_BY_READER, MUTATIONS } from './fields.ts'
import { leavesOf, objectTypes, selectionsOf } from './selection.ts'
import {
  type Answer,
  type AskOptions,
  basic,
  CODE_GRANT,
  codes,
  makeApp,
  openGraphQL,
  type TestApp,
  type TestGraphQL,
  type TestUser,
} from './support.ts'

type Endpoint = 'public' | 'admin'
type Aim = readonly [args: string, variables: object]

const MARK = 'victim-7c1e'
const classified = new Set(
  Object.values(FIELDS_BY_READER)
    .flat()
    .flatMap((line) => line.split(' ')),
)
const mutations = new Set(MUTATIONS.flatMap((line) => line.split(' ')))

describe.each(databases)('every field of both schemas ($name)', (database) => {
  let server: TestGraphQL
  let schemas: Record<Endpoint, GraphQLSchema>
  let owner: TestUser
  let admin: TestUser
  let other: TestUser
  let app: TestApp
  let otherApp: TestApp
  let appToken: string
  let session: Session
  let pending: { code: string; handle: string; id: string }
  let actors: Readonly<Record<string, AskOptions>>

  beforeAll(async () => {
    server = await openGraphQL(database)
    schemas = createSchemas(server.core.registry)
    owner = await server.user()
    admin = await server.user('admin')
    other = await server.user()
    await updateProfile(server.core, { id: undefined, role: 'admin' }, owner.user.id, {
      name: MARK,
      email: `${MARK}@example.com`,
      emailVerified: true,
      address: { locality: MARK },
    })
    app = await makeApp(server, owner, { name: MARK, redirectUris: [`https://${MARK}.example/cb`] })
    otherApp = await makeApp(server, other)
    const token = (by: TestApp) =>
      server
        .ask('mutation{clientCredentials(input:{}){... on TokenSet{accessToken}}}', {}, basic(by))
        .then(({ data }) => data.clientCredentials.accessToken)
    appToken = await token(app)
    const ownSession = await server.core.sessions.byToken(owner.token)
    session = ownSession ?? expect.fail('The victim has a session.')
    const appId = readIdOf('App', app.id) ?? ''
    await server.core.consents.remember(owner.user.id, appId, ['read'])
    const setting = { appId: app.id, name: 'code.ttlSeconds', value: '600' }
    await server.ask(
      'mutation($input:UpdateAppSettingInput!){updateAppSetting(input:$input){__typename}}',
      { input: setting },
      { ...admin.bearer, endpoint: 'admin' },
    )
    const requested = await server.ask(
      'mutation{requestCode(input:{}){... on CodeRequest{code handle}}}',
      {},
      basic(app),
    )
    const { code, handle } = requested.data.requestCode
    const approval = await server.core.approvals.byHandle(handle)
    pending = { code, handle, id: approval?.id ?? '' }
    actors = {
      anonymous: {},
      'another user': other.bearer,
      'another app by its secret': basic(otherApp),
      'another app by its access token': { headers: { authorization: `Bearer ${await token(otherApp)}` } },
    }
  })

  /** Root fields with arguments that aim at what is the victim's. A query without an entry here fails. */
  const aims = (): Readonly<Record<string, readonly Aim[]>> => {
    const userId = writeNodeId('User', owner.user.id)
    return {
      viewer: [['', {}]],
      grants: [['', {}]],
      scopes: [['', {}]],
      app: [['(id: $id)', { id: app.id }]],
      apps: [['(first: 5)', {}]],
      node: [
        ['(id: $id)', { id: app.id }],
        ['(id: $id)', { id: userId }],
        ['(id: $id)', { id: writeNodeId('AuditEvent', owner.user.id) }],
      ],
      nodes: [
        ['(ids: [$id])', { id: app.id }],
        ['(ids: [$id])', { id: userId }],
      ],
      // Whoever has the handle may read, so what is tried is all else that could pass for it.
      approval: [
        ['(handle: $handle)', { handle: pending.id }],
        ['(handle: $handle)', { handle: pending.code }],
      ],
      user: [['(id: $id)', { id: userId }]],
      users: [['(first: 5)', {}]],
      settings: [['', {}]],
      signingKeys: [['', {}]],
      auditEvents: [['(first: 5)', {}]],
    }
  }

  /** Documents that read everything there is: all at once, or one leaf each. */
  const documents = (endpoint: Endpoint, select = selectionsOf) => {
    const query = schemas[endpoint].getQueryType()
    return Object.values(query?.getFields() ?? {}).flatMap((field) => {
      const type = getNamedType(field.type)
      const selections = isCompositeType(type) ? select(schemas[endpoint], type) : ['']
      const aimed =
        aims()[field.name] ??
        expect.fail(`Query.${field.name} is not in the matrix: say how it could aim at somebody else's.`)
      return aimed.flatMap(([args, variables]) => {
        const [name, value] = Object.entries(variables)[0] ?? []
        const declared = name === undefined ? '' : `($${name}: ${name === 'id' ? 'ID!' : 'String!'})`
        return selections.map((selection) => ({
          field: field.name,
          query: `query ${declared} { ${field.name}${args} ${selection} }`,
          variables: name ? { [name]: value } : {},
        }))
      })
    })
  }

  /** Everything by which the victim or their app could be recognised. */
  const marks = () => [
    MARK,
    owner.user.username,
    owner.user.id,
    app.clientId,
    app.id,
    writeNodeId('User', owner.user.id),
    pending.id,
    session.id,
  ]

  it('is classified by who may read it', () => {
    const missing: string[] = []
    for (const schema of Object.values(schemas)) {
      for (const type of objectTypes(schema)) {
        if (type.name.endsWith('Error')) continue
        for (const field of Object.keys(type.getFields())) {
          const isKnown = type.name === 'Mutation' ? mutations.has(field) : classified.has(`${type.name}.${field}`)
          if (!isKnown) missing.push(`${type.name}.${field}`)
        }
      }
    }
    expect(missing, 'Say in test/graphql/fields.ts who may read these.').toEqual([])
  })

  it('is reached by the documents of the matrix, and read by those who may', async () => {
    const reached = new Set<string>()
    const note = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(note)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      const { __typename, ...fields } = value as Record<string, unknown>
      for (const [name, inner] of Object.entries(fields)) {
        reached.add(`${__typename ?? 'Query'}.${name}`)
        note(inner)
      }
    }
    for (const [endpoint, by] of [
      ['public', owner],
      ['public', admin],
      ['admin', admin],
    ] as const) {
      for (const { query, variables } of documents(endpoint)) {
        const answer = await server.ask(query, variables, { ...by.bearer, endpoint })
        expect([query, answer.errors]).toEqual([query, undefined])
        note(answer.data)
      }
    }
    const readable = ['everybody', 'its owner and admins', 'the user and admins', 'admins'].flatMap(
      (reader) => FIELDS_BY_READER[reader] ?? [],
    )
    const elsewhere = /^(AppCredentials|AssertionSecret|DeletedApp|RotatedKeys|DisconnectedApp|EndedSessions)\./
    const unread = readable
      .flatMap((line) => line.split(' '))
      .filter((field) => !elsewhere.test(field) && !reached.has(field))
    expect(unread).toEqual([])
  })

  it('shows nothing of somebody else’s app, user or approval to anybody but admins', async () => {
    for (const [actor, options] of Object.entries(actors)) {
      for (const { query, variables } of documents('public', leavesOf)) {
        const answer = await server.ask(query, variables, options)
        for (const mark of marks()) expect(answer.text.includes(mark), `${actor} reads ${mark} by ${query}`).toBe(false)
      }
    }
  })

  it('of the admin endpoint is for admins, whatever the document', async () => {
    for (const [actor, options] of Object.entries({ ...actors, 'the owner': owner.bearer })) {
      const signedIn = actor === 'another user' || actor === 'the owner'
      for (const { query, variables } of documents('admin')) {
        const answer = await server.ask(query, variables, { ...options, endpoint: 'admin' })
        expect([actor, query, answer.status, codes(answer), answer.data]).toEqual([
          actor,
          query,
          signedIn ? 403 : 401,
          [signedIn ? 'FORBIDDEN' : 'UNAUTHENTICATED'],
          undefined,
        ])
      }
    }
  })

  it('of the admin schema is guarded by itself as well, without the endpoint in front of it', async () => {
    const { execute, parse } = await import('graphql')
    const { createContext, NOBODY } = await import('../../src/graphql/context.ts')
    const { facts } = await import('../support/core.ts')
    for (const endpoint of ['admin', 'public'] as const) {
      for (const { field, query, variables } of documents('admin', leavesOf)) {
        if (endpoint === 'public' && ['grants', 'scopes'].includes(field)) continue
        const context = createContext({
          core: server.core,
          endpoint,
          facts: facts(server.core),
          isListedOrigin: true,
          body: { query, variables, operationName: undefined },
          identity: NOBODY,
          identify: async () => NOBODY,
        })
        const result = await execute({
          schema: schemas.admin,
          document: parse(query),
          contextValue: context,
          variableValues: variables,
        })
        const text = JSON.stringify((result as { data: unknown }).data).replace(/"\w+":|null|[[\]{},]/g, '')
        expect([query, text]).toEqual([query, ''])
      }
    }
  })

  /** Everything that is stored of the victim. */
  const stored = async () => {
    const { db } = server.core.database
    const appId = Buffer.from(app.id, 'base64url').toString().slice('App:'.length)
    const rows = await Promise.all([
      db.selectFrom('app').selectAll().where('id', '=', appId).execute(),
      db.selectFrom('app_secret').selectAll().where('app_id', '=', appId).execute(),
      db.selectFrom('approval').selectAll().where('app_id', '=', appId).execute(),
      db.selectFrom('user').selectAll().where('id', '=', owner.user.id).execute(),
      db.selectFrom('user_profile').selectAll().where('user_id', '=', owner.user.id).execute(),
      db.selectFrom('session').selectAll().where('user_id', '=', owner.user.id).execute(),
      db.selectFrom('consent').selectAll().execute(),
      db.selectFrom('token_family').selectAll().execute(),
      db.selectFrom('revoked_token').selectAll().execute(),
      db.selectFrom('setting').selectAll().execute(),
      db.selectFrom('signing_key').select('id').execute(),
      db.selectFrom('user').select('id').execute(),
    ])
    return JSON.stringify(rows)
  }

  /** What somebody else would write to change what is the victim's. A mutation without an entry here fails. */
  const attacks = (): Readonly<Record<string, readonly string[]>> => {
    const id = JSON.stringify(app.id)
    const userId = JSON.stringify(writeNodeId('User', owner.user.id))
    const asVictim = `clientId:"${app.clientId}"`
    return {
      createApp: [
        `(input:{name:"x",type:PUBLIC,scopes:["grantql:admin"]})`,
        '(input:{name:"x",type:CONFIDENTIAL,privileges:[INTROSPECT_ANY_TOKEN]})',
        `(input:{name:"x",type:PUBLIC,ownerId:${userId}})`,
      ],
      updateApp: [
        `(id:${id},input:{name:"taken"})`,
        `(id:${id},input:{isDisabled:true})`,
        `(id:${id},input:{redirectUris:["https://evil.example/"]})`,
      ],
      deleteApp: [`(input:{id:${id}})`],
      rotateAppSecret: [`(input:{id:${id},overlapSeconds:0})`],
      addAssertionSecret: [`(input:{${asVictim},overlapSeconds:0})`],
      approve: [`(input:{handle:"${pending.id}"})`, `(input:{handle:"${pending.code}"})`],
      deny: [`(input:{handle:"${pending.id}"})`, `(input:{handle:"${pending.code}"})`],
      signIn: [`(input:{username:"${owner.user.username}",password:"guess"})`],
      signOut: [],
      endSession: [`(input:{id:"${session.id}"})`],
      // It takes nothing that could aim at anybody.
      endOtherSessions: [],
      disconnectApp: [`(input:{id:${id}})`],
      clientCredentials: [`(input:{${asVictim}})`, `(input:{${asVictim},clientSecret:"guess"})`],
      exchangePassword: [`(input:{${asVictim},username:"${owner.user.username}",password:"guess"})`],
      requestCode: [`(input:{${asVictim}})`],
      claimToken: [
        `(input:{code:"${pending.code}"})`,
        `(input:{code:"${pending.handle}"})`,
        `(input:{${asVictim},code:"${pending.code}"})`,
      ],
      introspectToken: [`(input:{token:"${appToken}"})`],
      revokeToken: [`(input:{token:"${appToken}"})`],
      userInfo: [`(input:{accessToken:"${appToken}"})`],
      createUser: ['(input:{username:"intruder",role:ADMIN})'],
      // It is one's own, whoever asks.
      updateProfile: [],
      updateUserProfile: [`(id:${userId},input:{name:"taken"})`, `(id:${userId},input:{emailVerified:true})`],
      updateUser: [`(id:${userId},input:{isDisabled:true})`, `(id:${userId},input:{role:ADMIN})`],
      updateSetting: ['(input:{name:"code.ttlSeconds",value:"30"})'],
      updateAppSetting: [`(input:{appId:${id},name:"code.ttlSeconds",value:"30"})`],
      rotateKeys: ['(input:{immediately:true})'],
    }
  }

  const isRefused = ({ data, errors, status }: Answer, name: string): boolean => {
    const result = data?.[name]
    if (result === null || result === undefined) return status !== 500 && (errors?.length ?? 0) > 0
    return result.__typename.endsWith('Error')
  }

  it('changes nothing of somebody else’s', async () => {
    const before = await stored()
    for (const endpoint of ['public', 'admin'] as const) {
      for (const name of Object.keys(schemas[endpoint].getMutationType()?.getFields() ?? {})) {
        const attempts =
          attacks()[name] ??
          expect.fail(`The mutation ${name} is not in the matrix: say how it could aim at somebody else's.`)
        for (const [actor, options] of Object.entries(actors)) {
          for (const attempt of attempts) {
            const answer = await server.ask(
              `mutation { ${name}${attempt} { __typename } }`,
              {},
              { ...options, endpoint },
            )
            const isQuiet =
              actor === 'another app by its secret' &&
              ['introspectToken', 'revokeToken'].includes(name) &&
              endpoint === 'public'
            expect([actor, endpoint, name, attempt, isRefused(answer, name), answer.text]).toEqual([
              actor,
              endpoint,
              name,
              attempt,
              !isQuiet,
              answer.text,
            ])
          }
        }
      }
    }
    expect(await stored()).toBe(before)
  })

  it('says no more of a token to another app than that it is not active', async () => {
    const document = `mutation{introspectToken(input:{token:"${appToken}"}){... on TokenIntrospection{active scopes clientId username subject tokenId}}}`
    const seen = async (by: TestApp) => (await server.ask(document, {}, basic(by))).data.introspectToken
    expect(await seen(otherApp)).toEqual({
      active: false,
      scopes: null,
      clientId: null,
      username: null,
      subject: null,
      tokenId: null,
    })
    expect(await seen(app)).toMatchObject({ active: true, clientId: app.clientId })
  })

  it('a handle shows of an app its name alone, to whoever is signed in', async () => {
    const document =
      'query($handle:String!){approval(handle:$handle){id status scopes app{__typename name} createdAt expiresAt}}'
    const seen = await server.ask(document, { handle: pending.handle }, other.bearer)
    expect(seen.data.approval).toMatchObject({ status: 'PENDING', app: { __typename: 'RequestingApp', name: MARK } })
    for (const mark of [owner.user.username, app.clientId, app.id]) expect(seen.text).not.toContain(mark)
    expect(codes(await server.ask(document, { handle: pending.handle }))).toEqual(['UNAUTHENTICATED'])
  })

  it('an app that an admin gave something keeps it, and its owner cannot give more', async () => {
    const document =
      'mutation($id:ID!,$input:UpdateAppInput!){updateApp(id:$id,input:$input){__typename ... on App{scopes grants} ... on InvalidInputError{field}}}'
    const grant = await server.ask(
      document,
      { id: app.id, input: { scopes: ['read', 'grantql:admin'] } },
      { ...admin.bearer, endpoint: 'admin' },
    )
    expect(grant.data.updateApp.scopes).toEqual(['read', 'grantql:admin'])
    const kept = await server.ask(document, { id: app.id, input: { name: MARK, grants: [CODE_GRANT] } }, owner.bearer)
    expect(kept.data.updateApp).toMatchObject({ scopes: ['read', 'grantql:admin'], grants: [CODE_GRANT] })
    const more = await server.ask(document, { id: otherApp.id, input: { scopes: ['grantql:admin'] } }, other.bearer)
    expect(more.data.updateApp).toEqual({ __typename: 'InvalidInputError', field: ['scopes', '0'] })
  })
})
