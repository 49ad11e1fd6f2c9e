import type { Approval } from '../../approvals/approval.ts'
import type { Core } from '../../core.ts'
import {
  AlreadyDecided,
  ExpiredToken,
  InvalidRequest,
  InvalidScope,
  LoginRequired,
  NotFound,
  TooManyAttempts,
  UnauthorizedClient,
} from '../../errors/standard.ts'
import { answerFields, answerUrl, isTellable, targetOf } from '../../operations/authorization-answer.ts'
import { decideByHandle } from '../../operations/decide-by-handle.ts'
import { describeApproval } from '../../operations/describe-approval.ts'
import { findByHandle } from '../../operations/find-approval.ts'
import type { AuthorizationAnswer } from '../../plugin/context.ts'
import type { ApprovalLine, PersonsDecision } from '../../plugin/contributions.ts'
import { OUT_OF_BAND } from '../../plugin/out-of-band.ts'
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
  const AnswerField = builder.objectRef<readonly [name: string, value: string]>('AnswerField').implement({
    description: 'One thing that an app is told.',
    subGraphs: ['public'],
    fields: (t) => ({
      name: t.string({ description: 'Its name, such as code or state.', resolve: ([name]) => name }),
      value: t.string({ description: 'What the app is told.', resolve: ([, value]) => value }),
    }),
  })
  const AnswerForm = builder.objectRef<Form>('AnswerForm').implement({
    description: 'The answer for an app that is not told by the URL that the browser goes to.',
    subGraphs: ['public'],
    fields: (t) => ({
      redirectUri: t.string({
        description: `Where the browser posts the fields. \`${OUT_OF_BAND}\`: nowhere; the user copies the code into the app.`,
        resolve: ({ redirectUri }) => redirectUri,
      }),
      fields: t.field({
        type: [AnswerField],
        description: 'What the app is told.',
        resolve: ({ fields }) => Object.entries(fields),
      }),
    }),
  })
  const ApprovalAsk = builder.objectRef<ApprovalLine>('ApprovalAsk').implement({
    description: 'Something that whoever decides has to know beside the scopes.',
    subGraphs: ['public'],
    fields: (t) => ({
      term: t.string({
        nullable: true,
        description: 'What it is about, such as It also asks for; null where the text says it all.',
        resolve: (line) => (typeof line === 'string' ? null : line.term),
      }),
      text: t.string({
        description: 'What to show.',
        resolve: (line) => (typeof line === 'string' ? line : line.text),
      }),
    }),
  })
  const Approval = builder.objectRef<Approval>('Approval').implement({
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
      asks: t.field({
        type: [ApprovalAsk],
        description:
          'What the app asks for beyond the scopes, and who asks: show it before the decision. Empty afterwards.',
        resolve: async ({ id, status }, _args, context) => {
          const core = coreOf(context)
          const stored = status === 'pending' ? await core.approvals.byId(id) : undefined
          return stored ? describeApproval(core, stored, context.facts) : []
        },
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
      redirectTo: t.string({
        nullable: true,
        description:
          'Where the browser goes next, with the answer for the app: given once, by approve or deny, where the app asked through the browser in the mode query or fragment.',
        resolve: (approval: DecidedApproval) => approval.redirectTo ?? null,
      }),
      answerForm: t.field({
        type: AnswerForm,
        nullable: true,
        description:
          'What goes to the app instead: given once, by approve or deny, where the app asked in the mode form_post, or has no redirect.',
        resolve: (approval: DecidedApproval) => approval.answerForm ?? null,
      }),
    }),
  })
  return { Approval, RequestingApp }
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
        const viewer = await requireViewer(context)
        const approval = await findByHandle(coreOf(context), handle, { ...viewer, requestId: context.facts.id })
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
    errors: [
      NotFound,
      InvalidRequest,
      UnauthorizedClient,
      InvalidScope,
      AlreadyDecided,
      ExpiredToken,
      LoginRequired,
      TooManyAttempts,
    ],
    resolve: ({ handle, scopes }, context) =>
      decide(context, handle, ({ requestedScopes }) => ({ approves: scopes ?? requestedScopes })),
  })
  declareMutation(parts, 'deny', {
    description: 'Says no to what an app asks for.',
    subGraphs: ['public'],
    input: (t) => ({ handle: t.string({ required: true, description: 'The handle in the URL that the app showed.' }) }),
    type: ref,
    errors: [NotFound, InvalidRequest, UnauthorizedClient, AlreadyDecided, ExpiredToken, TooManyAttempts],
    resolve: ({ handle }, context) => decide(context, handle, () => ({ denies: true })),
  })
}

interface Form {
  readonly redirectUri: string
  readonly fields: Readonly<Record<string, string>>
}

/** An approval that was just decided, with what takes the answer to the app. */
type DecidedApproval = Approval & { readonly redirectTo?: string | undefined; readonly answerForm?: Form | undefined }

async function decide(
  context: GraphQLContext,
  handle: string,
  decisionOn: (approval: Approval) => PersonsDecision,
): Promise<DecidedApproval> {
  const core = coreOf(context)
  const decider = { ...(await requireViewer(context)), requestId: context.facts.id }
  const found = await findByHandle(core, handle, decider)
  if (!found) throw new NotFound()
  const target = targetOf(found)
  if (target && !isTellable(core, target))
    throw new InvalidRequest({ message: 'The answer for this app takes its page.' })
  const { approval, answer } = await decideByHandle(core, decider, handle, found, decisionOn(found), context.facts)
  return held(context, { ...approval, ...(answer && told(core, answer)) })
}

function told(core: Core, answer: AuthorizationAnswer): Pick<DecidedApproval, 'redirectTo' | 'answerForm'> {
  const redirectTo = answerUrl(answer)
  const fields = redirectTo === undefined ? answerFields(core, answer) : undefined
  return { redirectTo, answerForm: fields && { redirectUri: answer.redirectUri, fields } }
}
