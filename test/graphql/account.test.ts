import { describe, expect, it } from 'vitest'
import { startSession } from '../../src/operations/start-session.ts'
import { databases } from '../support/database.ts'
import {
  type AskOptions,
  basic,
  codes,
  makeApp,
  openGraphQL,
  type TestApp,
  type TestGraphQL,
  type TestUser,
} from './support.ts'

const ACCOUNT = `{
  viewer {
    connectedApps { id app { name } scopes createdAt }
    sessions { id createdAt isCurrent description expiresAt }
  }
}`
const DISCONNECT =
  'mutation($input:DisconnectAppInput!){disconnectApp(input:$input){__typename ... on DisconnectedApp{id} ... on Error{code}}}'
const END_SESSION =
  'mutation($input:EndSessionInput!){endSession(input:$input){__typename ... on EndedSessions{count} ... on Error{code}}}'
const END_OTHERS = 'mutation{endOtherSessions{__typename ... on EndedSessions{count}}}'

/** An app to which a user said yes: the token that it got. */
async function connect(server: TestGraphQL, app: TestApp, { bearer }: TestUser): Promise<string> {
  const { data } = await server.ask('mutation{requestCode(input:{}){... on CodeRequest{code handle}}}', {}, basic(app))
  const { code, handle } = data.requestCode
  await server.ask(`mutation{approve(input:{handle:"${handle}"}){__typename}}`, {}, bearer)
  const claimed = await server.ask(
    `mutation{claimToken(input:{code:"${code}"}){... on TokenSet{accessToken}}}`,
    {},
    basic(app),
  )
  return claimed.data.claimToken.accessToken
}

describe.each(databases)('an account ($name)', (database) => {
  const isActive = async (server: TestGraphQL, app: TestApp, token: string): Promise<boolean> =>
    (
      await server.ask(
        `mutation{introspectToken(input:{token:"${token}"}){... on TokenIntrospection{active}}}`,
        {},
        basic(app),
      )
    ).data.introspectToken.active

  it('has the apps that hold tokens of the viewer, until they are disconnected', async () => {
    const server = await openGraphQL(database)
    const app = await makeApp(server, await server.user(), { name: 'Weather' })
    const viewer = await server.user()
    const other = await server.user()
    expect((await server.ask(ACCOUNT, {}, viewer.bearer)).data.viewer.connectedApps).toEqual([])
    const token = await connect(server, app, viewer)
    const othersToken = await connect(server, app, other)
    const { connectedApps } = (await server.ask(ACCOUNT, {}, viewer.bearer)).data.viewer
    const createdAt = server.core.now().toISOString()
    expect(connectedApps).toEqual([{ id: app.id, app: { name: 'Weather' }, scopes: ['read'], createdAt }])

    const input = { id: connectedApps[0].id }
    const done = await server.ask(DISCONNECT, { input }, viewer.bearer)
    expect(done.data.disconnectApp).toEqual({ __typename: 'DisconnectedApp', id: app.id })
    expect(await isActive(server, app, token)).toBe(false)
    expect(await isActive(server, app, othersToken)).toBe(true)
    expect((await server.ask(ACCOUNT, {}, viewer.bearer)).data.viewer.connectedApps).toEqual([])
    const again = await server.ask(DISCONNECT, { input }, viewer.bearer)
    expect(again.data.disconnectApp).toEqual({ __typename: 'NotFoundError', code: 'not_found' })
  })

  it('has the sessions of the viewer, of which they end one, or all others', async () => {
    const server = await openGraphQL(database)
    const viewer = await server.user()
    const headers = new Headers({ 'user-agent': 'curl/8.14.1' })
    const curl = await startSession(server.core, viewer.user.id, ['pwd'], { headers })
    await startSession(server.core, viewer.user.id, ['pwd'])
    const sessions = async () => (await server.ask(ACCOUNT, {}, viewer.bearer)).data.viewer.sessions
    const before = await sessions()
    expect(before.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toHaveLength(1)
    expect(before).toContainEqual({
      id: curl.session.id,
      createdAt: curl.session.authenticatedAt.toISOString(),
      isCurrent: false,
      description: 'curl',
      expiresAt: curl.session.expiresAt.toISOString(),
    })
    const ended = await server.ask(END_SESSION, { input: { id: curl.session.id } }, viewer.bearer)
    expect(ended.data.endSession).toEqual({ __typename: 'EndedSessions', count: 1 })
    expect(await server.core.sessions.byToken(curl.token)).toBeUndefined()
    const again = await server.ask(END_SESSION, { input: { id: curl.session.id } }, viewer.bearer)
    expect(again.data.endSession).toEqual({ __typename: 'NotFoundError', code: 'not_found' })
    expect((await server.ask(END_OTHERS, {}, viewer.bearer)).data.endOtherSessions).toMatchObject({ count: 1 })
    expect(await sessions()).toMatchObject([{ isCurrent: true }])
  })

  it('remembers what a session came from that GraphQL started', async () => {
    const server = await openGraphQL(database)
    const { user } = await server.user()
    const started = await server.ask(
      `mutation{signIn(input:{username:"${user.username}",password:"right"}){... on Session{token user{sessions{description}}}}}`,
      {},
      { headers: { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0 ${'x'.repeat(1000)}` } },
    )
    const { user: shown } = started.data.signIn
    expect(shown.sessions.map(({ description }: { description: string }) => description)).toContain('Firefox on Linux')
  })

  it('is the viewer’s: nobody else sees or ends anything of it', async () => {
    const server = await openGraphQL(database)
    const app = await makeApp(server, await server.user())
    const victim = await server.user()
    const token = await connect(server, app, victim)
    const session = await server.core.sessions.byToken(victim.token)
    const other = await server.user()
    const actors: readonly (readonly [string, AskOptions])[] = [
      ['anybody', {}],
      ['another user', other.bearer],
      ['the app', basic(app)],
    ]
    for (const [actor, options] of actors) {
      for (const [document, input] of [
        [DISCONNECT, { id: app.id }],
        [END_SESSION, { id: session?.id }],
      ] as const) {
        const answer = await server.ask(document, { input }, options)
        const code = Object.values(answer.data ?? {})
          .map((result) => (result as { code?: string } | null)?.code)
          .at(0)
        expect([actor, code ?? codes(answer)?.[0]]).toEqual([
          actor,
          actor === 'another user' ? 'not_found' : 'UNAUTHENTICATED',
        ])
      }
      await server.ask(END_OTHERS, {}, options)
    }
    expect(await server.core.sessions.byToken(victim.token)).toBeDefined()
    expect(await isActive(server, app, token)).toBe(true)
    expect((await server.ask(ACCOUNT)).data.viewer).toBeNull()
  })
})
