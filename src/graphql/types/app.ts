import type { App } from '../../apps/app.ts'
import { isAdmin } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf, type GraphQLContext } from '../context.ts'
import type { NodeAccess } from '../node-queries.ts'
import type { CoreRefs } from '../refs.ts'

/** Owners see their apps, an admin sees all. One without an owner is for admins alone. */
const scopeOf = ({ ownerId }: App) => (ownerId === undefined ? { admin: true } : { self: ownerId })

/** Whose app it is can only be told by loading it, so everybody who is signed in may ask; {@link loadVisible} decides. */
const signedIn: NodeAccess = async (_id, context) => (await context.identity()).actor !== undefined

/** An app that the request may see; null alike for one that is not there and one that is somebody else's. */
export async function loadVisible(id: string, context: GraphQLContext): Promise<App | null> {
  const { actor } = await context.identity()
  const app = actor && (await coreOf(context).apps.byId(id))
  if (!app || !(isAdmin(actor) || (app.ownerId !== undefined && app.ownerId === actor.id))) return null
  return { ...app }
}

export function addApp(builder: Builder) {
  const AppType = builder.enumType('AppType', {
    description: 'What an app can keep to itself.',
    values: {
      CONFIDENTIAL: { value: 'confidential', description: 'It keeps a secret: it runs on a server.' },
      PUBLIC: { value: 'public', description: 'It cannot keep a secret: it runs on a phone or in a browser.' },
      BOT: { value: 'bot', description: 'It keeps a secret and never acts for a user.' },
    } as const,
  })
  const AppPrivilege = builder.enumType('AppPrivilege', {
    description: 'A right that only an admin gives to an app.',
    values: {
      INTROSPECT_ANY_TOKEN: { value: 'introspect-any-token', description: 'It may ask about tokens of other apps.' },
      LEGACY_GRANTS: { value: 'legacy-grants', description: 'It may use grants that OAuth 2.1 has left behind.' },
    } as const,
  })
  const ref = builder.objectRef<App>('App')
  builder.node(ref, {
    description: 'An OAuth client that is registered here.',
    authScopes: scopeOf,
    extensions: { nodeAccess: signedIn },
    id: { resolve: ({ id }) => id },
    loadOne: loadVisible,
    fields: (t) => ({
      clientId: t.exposeString('clientId', { description: 'What the app calls itself in OAuth: client_id.' }),
      name: t.exposeString('name', { description: 'What a user who decides is shown.' }),
      type: t.field({ type: AppType, description: 'What it can keep to itself.', resolve: ({ type }) => type }),
      dialect: t.string({
        nullable: true,
        description: 'The system whose wire format it speaks; null for the standard.',
        resolve: ({ dialect }) => dialect ?? null,
      }),
      grants: t.stringList({
        description: 'Grant types that it may use, by their wire names.',
        resolve: ({ grants }) => grants,
      }),
      scopes: t.stringList({ description: 'Scopes that it may have.', resolve: ({ scopes }) => scopes }),
      redirectUris: t.stringList({
        description: 'Where a user may be sent back to.',
        resolve: ({ redirectUris }) => redirectUris,
      }),
      privileges: t.field({
        type: [AppPrivilege],
        description: 'What an admin gave it beyond that.',
        resolve: ({ privileges }) => privileges,
      }),
      isDisabled: t.boolean({
        description: 'It gets no tokens, and those it has are inactive.',
        resolve: ({ disabledAt }) => disabledAt !== undefined,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was registered.',
        resolve: ({ createdAt }) => createdAt,
      }),
    }),
  })
  const AppConnection = builder.connectionObject(
    {
      type: ref,
      name: 'AppConnection',
      fields: (t) => ({
        totalCount: t.int({
          description: 'How many there are in all.',
          resolve: (connection) => (connection as unknown as { total(): Promise<number> }).total(),
        }),
      }),
    },
    { name: 'AppEdge' },
  )
  const AppCredentials = builder
    .objectRef<{ readonly app: App; readonly clientSecret: string | undefined }>('AppCredentials')
    .implement({
      description: 'An app with a new secret.',
      fields: (t) => ({
        app: t.field({ type: ref, description: 'The app.', resolve: ({ app }) => app }),
        clientSecret: t.string({
          description: 'Shown this once. Null for a public app, which has none.',
          nullable: true,
          resolve: ({ clientSecret }) => clientSecret ?? null,
        }),
      }),
    })
  return { App: ref, AppType, AppPrivilege, AppConnection, AppCredentials }
}

/** Fields between two nouns, which need both of them. */
export function joinAppAndUser(builder: Builder, { App, User }: Pick<CoreRefs, 'App' | 'User'>): void {
  builder.objectField(App, 'owner', (t) =>
    t.field({
      type: User,
      nullable: true,
      description: 'Whose app it is; null where it is the server’s own.',
      resolve: async ({ ownerId }, _args, context) =>
        ownerId === undefined ? null : ((await coreOf(context).users.byId(ownerId)) ?? null),
    }),
  )
}
