import type { Approval } from '../../approvals/approval.ts'
import { AlreadyDecided, ExpiredToken, InvalidScope, NotFound } from '../../errors/standard.ts'
import { approve, deny } from '../../operations/decide-approval.ts'
import { requireViewer } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf, type GraphQLContext } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'
import type { CoreRefs } from '../refs.ts'

export function addApproval(builder: Builder) {
  const Status = builder.enumType('ApprovalStatus', {
    description: 'Where an approval stands.',
    values: {
      PENDING: { value: 'pending', description: 'Nobody has decided yet.' },
      APPROVED: { value: 'approved', description: 'A user said yes; the app may claim its token.' },
      DENIED: { value: 'denied', description: 'A user said no.' },
      CLAIMED: { value: 'claimed', description: 'The app has its token.' },
      EXPIRED: { value: 'expired', description: 'The time to decide and claim is over.' },
    } as const,
  })
  const RequestingApp = builder.objectRef<{ readonly name: string }>('RequestingApp').implement({
    description: 'What somebody who decides about an app sees of it.',
    subGraphs: ['public'],
    fields: (t) => ({ name: t.exposeString('name', { description: 'What the app calls itself.' }) }),
  })
  return builder.objectRef<Approval>('Approval').implement({
    description: 'One request of an app for a user’s yes. It is seen by whoever holds its code or its handle.',
    subGraphs: ['public'],
    authScopes: ({ id }) => ({ holdsApproval: id }),
    fields: (t) => ({
      id: t.id({ description: 'Its name. It opens nothing.', resolve: ({ id }) => id }),
      status: t.field({ type: Status, description: 'Where it stands.', resolve: ({ status }) => status }),
      scopes: t.stringList({
        description: 'What the app asks for; once it is approved, what the user said yes to.',
        resolve: ({ grantedScopes, requestedScopes }) => grantedScopes ?? requestedScopes,
      }),
      app: t.field({
        type: RequestingApp,
        nullable: true,
        description: 'Who asks; null where the app was deleted since.',
        resolve: async ({ appId }, _args, context) => (await coreOf(context).apps.byId(appId)) ?? null,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was asked.',
        resolve: ({ createdAt }) => createdAt,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'Until when it can be decided and claimed.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
}

/** Notes that this request has shown the approval's code or handle. */
export function held<A extends Approval>(context: GraphQLContext, approval: A): A {
  context.heldApprovals.add(approval.id)
  return approval
}

export function addApprovalQueries(builder: Builder, { Approval: ref }: CoreRefs): void {
  builder.queryField('approval', (t) =>
    t.field({
      type: ref,
      nullable: true,
      subGraphs: ['public'],
      authScopes: { signedIn: true },
      description: 'What an app asks for, by the handle in the URL that it showed; null where nothing has that handle.',
      args: { handle: t.arg.string({ required: true }) },
      resolve: async (_root, { handle }, context) => {
        const approval = await coreOf(context).approvals.byHandle(handle)
        return approval ? held(context, approval) : null
      },
    }),
  )
}

export function addApprovalMutations(parts: SchemaParts, { Approval: ref }: CoreRefs): void {
  declareMutation(parts, 'approve', {
    description: 'Says yes to what an app asks for, or to a part of it. One decision counts.',
    subGraphs: ['public'],
    input: (t) => ({
      handle: t.string({ required: true, description: 'The handle in the URL that the app showed.' }),
      scopes: t.stringList({ description: 'What to say yes to. Left out: all that it asks for.' }),
    }),
    type: ref,
    errors: [NotFound, InvalidScope, AlreadyDecided, ExpiredToken],
    resolve: async ({ handle, scopes }, context) => {
      const decider = { ...(await requireViewer(context)), requestId: context.facts.id }
      return held(context, await approve(coreOf(context), decider, handle, scopes ?? undefined))
    },
  })
  declareMutation(parts, 'deny', {
    description: 'Says no to what an app asks for.',
    subGraphs: ['public'],
    input: (t) => ({ handle: t.string({ required: true, description: 'The handle in the URL that the app showed.' }) }),
    type: ref,
    errors: [NotFound, AlreadyDecided, ExpiredToken],
    resolve: async ({ handle }, context) => {
      const decider = { ...(await requireViewer(context)), requestId: context.facts.id }
      return held(context, await deny(coreOf(context), decider, handle))
    },
  })
}
