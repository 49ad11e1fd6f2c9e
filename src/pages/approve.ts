import type { StoredApproval } from '../approvals/rows.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidRequest, NotFound } from '../errors/standard.ts'
import { accessLifetime } from '../operations/access-lifetime.ts'
import { answerUrl, targetOf } from '../operations/authorization-answer.ts'
import { refusalOf } from '../operations/authorize-params.ts'
import { completeAuthorization } from '../operations/complete-authorization.ts'
import { decideByHandle } from '../operations/decide-by-handle.ts'
import { describeApproval } from '../operations/describe-approval.ts'
import { findByHandle } from '../operations/find-approval.ts'
import { isConsented, isFreshEnough } from '../operations/needed-interaction.ts'
import { readText } from '../operations/parse-params.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import { requireStanding } from '../operations/require-standing.ts'
import type { PersonsDecision } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { printAuthorization, seeOther } from '../rest/authorization-response.ts'
import { renderDecided, renderQuestion, renderRefusal, renderReturn } from './approve-view.ts'
import { renderOutOfBand } from './out-of-band.ts'
import type { PageRoute, Visit } from './visit.ts'

const PATH = '/approve/:handle'

/** The page where a person reads what an app asks for, and says yes, to all of it or a part, or no. */
export function approvePages(core: Core, host: string): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: PATH,
      handle: async (visit) => ({
        answer: visit.signedIn ? await show(core, host, visit, visit.signedIn) : await toFirstSignIn(core, visit),
      }),
    },
    {
      method: 'POST',
      path: PATH,
      handle: async (visit) => ({
        answer: visit.signedIn ? await decide(core, host, visit, visit.signedIn) : await toFirstSignIn(core, visit),
      }),
    },
  ]
}

function toSignIn(core: Core, visit: Visit, approval?: StoredApproval): Answer {
  return seeOther(signInAgain(core, visit, approval))
}

function signInAgain(core: Core, { facts }: Visit, approval?: StoredApproval): string {
  const params = new URLSearchParams({ return_to: facts.url.pathname })
  // Somebody who is signed in already has to show once more who they are.
  if (approval) params.set('prompt', 'login')
  if (typeof approval?.details.loginHint === 'string') params.set('login_hint', approval.details.loginHint)
  return `${core.issuer}/sign-in?${params}`
}

async function toFirstSignIn(core: Core, visit: Visit): Promise<Answer> {
  return toSignIn(core, visit, await core.approvals.byHandle(visit.parameters.handle ?? ''))
}

async function find(
  core: Core,
  { parameters, facts, signedIn }: Visit,
): Promise<{ approval: StoredApproval; handle: string }> {
  const { handle = '' } = parameters
  const presenter = { ...(signedIn && { user: signedIn.user }), address: facts.address, requestId: facts.id }
  const approval = await findByHandle(core, handle, presenter)
  if (!approval) throw new NotFound()
  return { approval, handle }
}

async function show(core: Core, host: string, visit: Visit, signedIn: SignedIn): Promise<Answer | Response> {
  const { approval, handle } = await find(core, visit)
  const app = await core.apps.byId(approval.appId)
  if (!app) throw new NotFound()
  const presentation = core.registry.approvals.get(approval.grantType)
  const { csrfField } = visit
  if (approval.status !== 'pending') {
    const isMine = approval.userId === signedIn.user.id
    return renderDecided(host, { approval, app, signedIn, csrfField, isMine, afterwards: presentation?.afterwards })
  }
  requireStanding(app, approval)
  const insufficient = await askForAnother(core, host, visit, signedIn, approval, app)
  if (insufficient) return insufficient
  const target = targetOf(approval)
  if (target && (await isConsented(core, app, approval, signedIn))) {
    const decider = { ...signedIn, requestId: visit.facts.id }
    const decision = { approves: approval.requestedScopes }
    const answer = await completeAuthorization(core, decider, handle, target, decision, visit.facts)
    const url = answerUrl(answer)
    // Not a redirect: a browser that comes from the sign-in form would follow it only to where that form may lead.
    if (url !== undefined) return renderReturn(host, app, url)
    return printAuthorization(core, answer, (members) => renderOutOfBand(host, members))
  }
  return renderQuestion(host, {
    approval,
    app,
    signedIn,
    csrfField,
    lines: await describeApproval(core, approval, visit.facts),
    returnTo: visit.facts.url.pathname,
    scopes: approval.requestedScopes.map(
      (name) => core.registry.findScope(name, app.dialect) ?? { name, description: name },
    ),
    target: target?.redirectUri,
    lifetime: accessLifetime(core, app, approval, signedIn.user.id),
  })
}

/** Where who is signed in will not do: they sign in again if that was too long ago, or read why it takes somebody else. */
async function askForAnother(
  core: Core,
  host: string,
  visit: Visit,
  signedIn: SignedIn,
  approval: StoredApproval,
  app: App,
): Promise<Answer | undefined> {
  if (!isFreshEnough(approval, signedIn)) return toSignIn(core, visit, approval)
  const refusal = await refusalOf(core, app, approval, signedIn)
  if (!refusal) return undefined
  const target = targetOf(approval)?.redirectUri
  const signInUrl = signInAgain(core, visit, approval)
  return renderRefusal(host, { approval, app, signedIn, csrfField: visit.csrfField, refusal, signInUrl, target })
}

async function decide(core: Core, host: string, visit: Visit, signedIn: SignedIn): Promise<Answer | Response> {
  const { facts } = visit
  const decision = readDecision(visit)
  const { approval, handle } = await find(core, visit)
  const app = await core.apps.byId(approval.appId)
  if (app && approval.status === 'pending' && 'approves' in decision) {
    const insufficient = await askForAnother(core, host, visit, signedIn, approval, app)
    if (insufficient) return insufficient
  }
  const because = app && 'denies' in decision ? await refusalOf(core, app, approval, signedIn) : undefined
  const decider = { ...signedIn, requestId: facts.id }
  const decided = 'denies' in decision ? { ...decision, because } : decision
  const { answer } = await decideByHandle(core, decider, handle, approval, decided, facts)
  return answer
    ? printAuthorization(core, answer, (members) => renderOutOfBand(host, members))
    : seeOther(facts.url.href)
}

/** @throws {InvalidRequest} where the form does not say what was decided: nothing is taken for a yes */
function readDecision({ form }: Visit): PersonsDecision {
  switch (readText(form, 'decision')) {
    case 'approve':
      return { approves: form.all('scope').filter((scope) => typeof scope === 'string') }
    case 'deny':
      return { denies: true }
    default:
      throw new InvalidRequest()
  }
}
