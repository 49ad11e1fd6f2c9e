import { InvalidInput, NotFound, TooManySecrets } from '../../errors/standard.ts'
import { type AppChanges, deleteApp, rotateAppSecret, updateApp } from '../../operations/change-app.ts'
import { createApp } from '../../operations/create-app.ts'
import { requireActor } from '../authorization.ts'
import { coreOf, type EndpointName } from '../context.ts'
import { declareMutation, type InputFieldMaker, type SchemaParts } from '../mutations.ts'
import { readIdOf, writeNodeId } from '../node-id.ts'
import type { CoreRefs } from '../refs.ts'

const BOTH: readonly EndpointName[] = ['public', 'admin']
const ADMIN: EndpointName[] = ['admin']

/** @throws {NotFound} alike for what is no app's id and for an app that is not there */
function appId(globalId: string): string {
  const id = readIdOf('App', globalId)
  if (id === undefined) throw new NotFound()
  return id
}

/** What can be said of an app when it is made and when it is changed. */
function description(t: InputFieldMaker, { AppPrivilege }: CoreRefs) {
  return {
    grants: t.stringList({ description: 'Grant types by their wire names. Left out of a new app: none.' }),
    scopes: t.stringList({ description: 'Scopes that it may have. Left out of a new app: none.' }),
    redirectUris: t.stringList({ description: 'Where a user may be sent back to. Left out of a new app: nowhere.' }),
    privileges: t.field({
      type: [AppPrivilege],
      subGraphs: ADMIN,
      description: 'What only an admin gives. Left out of a new app: none.',
    }),
  }
}

/** Null is like left out: nothing here can be unset but by an empty list. */
function given<T extends object>(input: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(input).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** Adds what owners do with their apps, and admins with all. The same operations run on both endpoints. */
export function addAppMutations(parts: SchemaParts, refs: CoreRefs): void {
  const { App, AppCredentials, AppType } = refs
  declareMutation(parts, 'createApp', {
    description: 'Registers an app. A user gives it self-service grants and scopes alone, an admin any.',
    subGraphs: BOTH,
    input: (t) => ({
      name: t.string({ required: true, description: 'What a user who decides is shown: at most 100 characters.' }),
      type: t.field({ type: AppType, required: true, description: 'What it can keep to itself.' }),
      ...description(t, refs),
      dialect: t.string({ description: 'The system whose wire format it speaks. Left out: the standard’s.' }),
      ownerId: t.id({ subGraphs: ADMIN, description: 'Whose app it is. Left out: yours.' }),
      isOwnerless: t.boolean({ subGraphs: ADMIN, description: 'It is the server’s own, for admins to look after.' }),
    }),
    type: AppCredentials,
    errors: [InvalidInput],
    async resolve({ ownerId, isOwnerless, name, type, ...rest }, context) {
      const owner = isOwnerless
        ? { ownerId: null }
        : typeof ownerId === 'string'
          ? { ownerId: readIdOf('User', ownerId) ?? '-' }
          : {}
      return createApp(coreOf(context), await requireActor(context), { name, type, ...given(rest), ...owner })
    },
  })
  declareMutation(parts, 'updateApp', {
    description: 'Changes an app. What is left out stays as it is.',
    subGraphs: BOTH,
    args: (arg) => ({ id: arg.id({ required: true }) }),
    input: (t) => ({
      name: t.string({ description: 'What a user who decides is shown: at most 100 characters.' }),
      ...description(t, refs),
      isDisabled: t.boolean({
        subGraphs: ADMIN,
        description: 'It gets no tokens, and those it has are inactive.',
      }),
    }),
    type: App,
    errors: [NotFound, InvalidInput],
    resolve: async (changes, context, { id }) =>
      updateApp(coreOf(context), await requireActor(context), appId(id), given(changes) as AppChanges),
  })
  declareMutation(parts, 'deleteApp', {
    description: 'Deletes an app for good: its secrets stop working and its tokens end.',
    subGraphs: BOTH,
    input: (t) => ({ id: t.id({ required: true }) }),
    type: addDeletedApp(parts),
    errors: [NotFound],
    resolve: async ({ id }, context) => deleteApp(coreOf(context), await requireActor(context), appId(id)),
  })
  declareMutation(parts, 'rotateAppSecret', {
    description: 'Gives an app a new secret; the present ones go on working for a while, so that it can be rolled out.',
    subGraphs: BOTH,
    input: (t) => ({
      id: t.id({ required: true }),
      overlapSeconds: t.int({
        description: 'How long the present secrets still work: 0 to 2,592,000. Defaults to 86,400.',
      }),
    }),
    type: AppCredentials,
    errors: [NotFound, InvalidInput, TooManySecrets],
    resolve: async ({ id, overlapSeconds }, context) =>
      rotateAppSecret(coreOf(context), await requireActor(context), appId(id), overlapSeconds ?? undefined),
  })
}

function addDeletedApp({ builder }: SchemaParts) {
  return builder.objectRef<{ readonly id: string }>('DeletedApp').implement({
    description: 'An app that is no more.',
    fields: (t) => ({
      id: t.id({ description: 'The id that it had.', resolve: ({ id }) => writeNodeId('App', id) }),
    }),
  })
}
