import { beforeAll, describe, expect, it } from 'vitest'
import { readIdOf, writeNodeId } from '../../src/graphql/node-id.ts'
import { databases } from '../support/database.ts'
import { codes, makeApp, openGraphQL, type TestGraphQL, type TestUser } from './support.ts'

const PROFILE = `{
  name givenName familyName middleName nickname preferredUsername profile picture website email emailVerified gender
  birthdate zoneinfo locale phoneNumber phoneNumberVerified updatedAt
  address { formatted streetAddress locality region postalCode country }
}`
const OWN = `{ viewer { profile ${PROFILE} } }`
const RESULT = `__typename ... on Profile ${PROFILE} ... on Error { code message } ... on InvalidInputError { field }`
const UPDATE_OWN = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${RESULT} } }`
const UPDATE = `mutation ($id: ID!, $input: UpdateUserProfileInput!) { updateUserProfile(id: $id, input: $input) { ${RESULT} } }`

describe.each(databases)('a profile over GraphQL ($name)', (database) => {
  let server: TestGraphQL
  let admin: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database)
    admin = await server.user('admin')
  })
  const own = async ({ bearer }: TestUser) => (await server.ask(OWN, {}, bearer)).data.viewer.profile
  const updateOwn = async ({ bearer }: TestUser, input: object) =>
    (await server.ask(UPDATE_OWN, { input }, bearer)).data.updateProfile
  const update = async ({ user }: TestUser, input: object, by = admin) =>
    server.ask(UPDATE, { id: writeNodeId('User', user.id), input }, { ...by.bearer, endpoint: 'admin' })

  it('is the viewer’s own to change: null clears, what is left out stays', async () => {
    const viewer = await server.user()
    const before = await own(viewer)
    expect(before).toMatchObject({ name: null, address: null, preferredUsername: viewer.user.username })
    const input = { name: 'Ada', locale: 'en-GB', address: { locality: 'London', country: 'United Kingdom' } }
    expect(await updateOwn(viewer, input)).toMatchObject({ __typename: 'Profile', ...input })
    const left = await updateOwn(viewer, { name: null, website: 'https://ada.example/' })
    expect(left).toMatchObject({ name: null, locale: 'en-GB', address: input.address, website: 'https://ada.example/' })
    const { __typename, ...shown } = left
    expect(await own(viewer)).toEqual(shown)
    expect(await updateOwn(viewer, { address: null })).toMatchObject({ address: null })
  })

  it('refuses what cannot be accepted by the path to it, and stores nothing: InvalidInputError', async () => {
    const viewer = await server.user()
    const refused = await updateOwn(viewer, { name: 'Ada', address: { postalCode: 'x'.repeat(201) } })
    expect(refused).toMatchObject({ code: 'invalid_input', field: ['address', 'postalCode'] })
    expect(await updateOwn(viewer, { picture: 'javascript:alert(1)' })).toMatchObject({ field: ['picture'] })
    expect(await own(viewer)).toMatchObject({ name: null, picture: null })
  })

  it('nobody verifies their own address: the input has no such field', async () => {
    const viewer = await server.user()
    const answer = await server.ask(UPDATE_OWN, { input: { emailVerified: true } }, viewer.bearer)
    expect(answer.data).toBeUndefined()
    expect(codes(answer)).toEqual(['BAD_USER_INPUT'])
  })

  it('an admin changes and verifies that of a user, by the admin endpoint', async () => {
    const somebody = await server.user()
    await updateOwn(somebody, { email: 'somebody@example.com' })
    const verified = { emailVerified: true, phoneNumber: '+33144556677', phoneNumberVerified: true }
    expect((await update(somebody, verified)).data.updateUserProfile).toMatchObject(verified)
    expect(await own(somebody)).toMatchObject({ email: 'somebody@example.com', ...verified })
    expect(await updateOwn(somebody, { email: 'another@example.com' })).toMatchObject({ emailVerified: false })
    const other = await server.user()
    await update(other, { email: 'taken@example.com', emailVerified: true })
    const taken = await update(somebody, { email: 'taken@example.com', emailVerified: true })
    expect(taken.data.updateUserProfile).toMatchObject({ code: 'invalid_input', field: ['email'] })
  })

  it('of nobody is not found, and of somebody else is for admins alone', async () => {
    const [victim, other] = [await server.user(), await server.user()]
    const missing = await server.ask(
      UPDATE,
      { id: writeNodeId('User', 'nobody'), input: { name: 'x' } },
      { ...admin.bearer, endpoint: 'admin' },
    )
    expect(missing.data.updateUserProfile).toMatchObject({ code: 'not_found' })
    expect(codes(await update(victim, { name: 'x' }, other))).toEqual(['FORBIDDEN'])
    expect(codes(await server.ask(UPDATE_OWN, { input: { name: 'x' } }))).toEqual(['UNAUTHENTICATED'])
    expect(await own(victim)).toMatchObject({ name: null })
  })

  it('is as guarded behind an app or a node as behind the user', async () => {
    const owner = await server.user()
    const other = await server.user()
    await updateOwn(owner, { name: 'The owner of it' })
    const app = await makeApp(server, owner, {})
    const byApp = 'query ($id: ID!) { app(id: $id) { owner { profile { name } } } }'
    const byNode = 'query ($id: ID!) { node(id: $id) { ... on User { profile { name } } } }'
    const userId = writeNodeId('User', owner.user.id)
    expect(readIdOf('User', userId)).toBe(owner.user.id)
    for (const [query, id] of [
      [byApp, app.id],
      [byNode, userId],
    ] as const) {
      expect((await server.ask(query, { id }, owner.bearer)).text).toContain('The owner of it')
      expect((await server.ask(query, { id }, other.bearer)).text).not.toContain('The owner of it')
      expect((await server.ask(query, { id })).text).not.toContain('The owner of it')
    }
    const all = await server.ask(
      '{ users(first: 100) { edges { node { username profile { name } } } } }',
      {},
      { ...admin.bearer, endpoint: 'admin' },
    )
    expect(all.text).toContain('The owner of it')
  })

  it('a user is found by the address that they have verified, in any case, and by no other', async () => {
    const somebody = await server.user()
    const find = async (email: string) =>
      (
        await server.ask(
          'query ($email: String) { user(email: $email) { username } }',
          { email },
          { ...admin.bearer, endpoint: 'admin' },
        )
      ).data.user
    await updateOwn(somebody, { email: 'findable@example.com' })
    expect(await find('findable@example.com')).toBeNull()
    await update(somebody, { emailVerified: true })
    expect(await find('Findable@EXAMPLE.com')).toEqual({ username: somebody.user.username })
    expect(await find('nowhere')).toBeNull()
  })

  it('begins with the email that an admin makes the user with', async () => {
    const document = `mutation ($input: CreateUserInput!) { createUser(input: $input) {
      __typename ... on User { profile { email emailVerified } } ... on InvalidInputError { field }
    } }`
    const create = async (input: object) =>
      (await server.ask(document, { input }, { ...admin.bearer, endpoint: 'admin' })).data.createUser
    expect(await create({ username: 'grace', email: 'nowhere' })).toMatchObject({ field: ['email'] })
    expect(await create({ username: 'grace', email: 'grace@example.com' })).toMatchObject({
      profile: { email: 'grace@example.com', emailVerified: false },
    })
  })
})
