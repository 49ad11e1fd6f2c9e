import {
  type GraphQLDoor,
  InvalidCredentials,
  InvalidInput,
  InvalidRequest,
  NotFound,
  OAuthError,
  objectParams,
  type RequestContext,
  SignInAgain,
  TooManyAttempts,
} from 'grantql/plugin'
import { requireFreshUser } from './fresh-session.ts'
import { type Passkey, passkeysOf, removePasskey } from './passkeys.ts'
import { finishRegistration, startRegistration } from './register.ts'
import { PasskeysNotOffered } from './relying-party.ts'
import { SIGN_IN, startSignIn } from './sign-in.ts'
import type { PasskeyTables } from './tables.ts'

type Context = RequestContext<PasskeyTables>

const CREDENTIAL = 'What the browser answered: JSON.stringify(credential).'

/** Adds what a page needs to offer passkeys: ours use nothing else. */
export function addPasskeys(door: GraphQLDoor): void {
  const types = addTypes(door)
  addQuery(door, types)
  addRegistration(door, types)
  addSignIn(door, types)
}

function addTypes({ builder }: GraphQLDoor) {
  const PasskeyType = builder.objectRef<Passkey>('Passkey').implement({
    description: 'A key on a device of the user, to sign in by.',
    subGraphs: ['public'],
    fields: (t) => ({
      id: t.exposeID('id', { description: 'What it is removed by.' }),
      label: t.exposeString('label', { description: 'The name that its owner gave it.' }),
      createdAt: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ createdAt }) => createdAt }),
      lastUsedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When somebody last signed in by it; null for never.',
        resolve: ({ lastUsedAt }) => lastUsedAt ?? null,
      }),
    }),
  })
  const PasskeyOptions = builder.objectRef<{ publicKey: object }>('PasskeyOptions').implement({
    description: 'What to ask an authenticator. It can be answered once, within five minutes.',
    subGraphs: ['public'],
    fields: (t) => ({
      publicKey: t.string({
        description:
          'JSON for PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON, and then for navigator.credentials.',
        resolve: ({ publicKey }) => JSON.stringify(publicKey),
      }),
    }),
  })
  const RemovedPasskey = builder.objectRef<{ id: string }>('RemovedPasskey').implement({
    description: 'A passkey that nobody can sign in by any more.',
    subGraphs: ['public'],
    fields: (t) => ({ id: t.exposeID('id', { description: 'The id that it had.' }) }),
  })
  return { PasskeyType, PasskeyOptions, RemovedPasskey }
}

type Types = ReturnType<typeof addTypes>

function addQuery({ builder, context }: GraphQLDoor, { PasskeyType }: Types): void {
  builder.queryField('passkeys', (t) =>
    t.field({
      type: [PasskeyType],
      nullable: true,
      subGraphs: ['public'],
      authScopes: { signedIn: true },
      description: 'The passkeys of whoever is signed in, oldest first.',
      resolve: async (_root, _args, graphqlContext) => {
        const ctx = context<PasskeyTables>(graphqlContext)
        const current = await ctx.sessions.current()
        return current ? [...(await passkeysOf(ctx, current.user.id))] : null
      },
    }),
  )
}

function addRegistration({ mutation }: GraphQLDoor, { PasskeyType, PasskeyOptions, RemovedPasskey }: Types): void {
  mutation('startPasskeyRegistration', {
    description: 'Begins to add a passkey for whoever has signed in within the last ten minutes.',
    subGraphs: ['public'],
    checksCredential: false,
    type: PasskeyOptions,
    errors: [InvalidInput, PasskeysNotOffered, SignInAgain],
    resolve: async (ctx: Context) => ({ publicKey: await startRegistration(ctx, await requireFreshUser(ctx)) }),
  })
  mutation('finishPasskeyRegistration', {
    description: 'Adds the passkey that the browser has made.',
    subGraphs: ['public'],
    type: PasskeyType,
    errors: [InvalidInput, PasskeysNotOffered, SignInAgain],
    input: (t) => ({
      credential: t.string({ required: true, description: CREDENTIAL }),
      label: t.string({ description: 'A name to recognise it by, of at most 64 characters. Defaults to Passkey.' }),
    }),
    resolve: async (ctx: Context, { credential, label }) =>
      finishRegistration(ctx, await requireFreshUser(ctx), credential, label ?? ''),
  })
  mutation('removePasskey', {
    description: 'Removes a passkey of whoever has signed in within the last ten minutes.',
    subGraphs: ['public'],
    checksCredential: false,
    type: RemovedPasskey,
    errors: [NotFound, SignInAgain],
    input: (t) => ({ id: t.id({ required: true, description: 'Its id.' }) }),
    resolve: async (ctx: Context, { id }) => {
      const user = await requireFreshUser(ctx)
      await removePasskey(ctx, user.id, String(id))
      return { id: String(id) }
    },
  })
}

function addSignIn({ mutation, refs }: GraphQLDoor, { PasskeyOptions }: Types): void {
  mutation('startPasskeySignIn', {
    description: 'Begins a sign-in by passkey, whoever it will be.',
    subGraphs: ['public'],
    checksCredential: false,
    listedOriginsOnly: true,
    type: PasskeyOptions,
    errors: [PasskeysNotOffered, TooManyAttempts],
    resolve: async (ctx: Context) => ({ publicKey: await startSignIn(ctx) }),
  })
  mutation('finishPasskeySignIn', {
    description: 'Starts a session by passkey. Send its token as Authorization: Bearer from then on.',
    subGraphs: ['public'],
    listedOriginsOnly: true,
    type: refs.Session,
    errors: [InvalidCredentials, InvalidRequest, TooManyAttempts],
    input: (t) => ({ credential: t.string({ required: true, description: CREDENTIAL }) }),
    resolve: async (ctx, input) => {
      try {
        return await ctx.operations.signIn(SIGN_IN, objectParams(input), ctx.request)
      } catch (error) {
        // The declared sentence speaks of a password.
        if (!(error instanceof OAuthError) || error.code !== 'invalid_credentials') throw error
        throw new InvalidCredentials({ message: 'This passkey is not known here, or its answer came too late.' })
      }
    },
  })
}
