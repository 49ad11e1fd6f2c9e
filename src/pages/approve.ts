import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import { InvalidRequest, NotFound } from '../errors/standard.ts'
import { accessLifetime } from '../operations/access-lifetime.ts'
import { answerUrl, targetOf } from '../operations/authorization-answer.ts'
import { describeAsked } from '../operations/authorize-params.ts'
import { completeAuthorization } from '../operations/complete-authorization.ts'
import { decideByHandle } from '../operations/decide-by-handle.ts'
import { findByHandle } from '../operations/find-approval.ts'
import { isConsented, suffices } from '../operations/needed-interaction.ts'
import { readText } from '../operations/parse-params.ts'
import { requestContext } from '../operations/plugin-context.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import { requireStanding } from '../operations/require-standing.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { PersonsDecision } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { printAuthorization, seeOther } from '../rest/authorization-response.ts'
import { renderDecided, renderQuestion, renderReturn } from './approve-view.ts'
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

function toSignIn(core: Core, { facts }: Visit, approval?: StoredApproval): Answer {
  const params = new URLSearchParams({ return_to: facts.url.pathname })
  // Somebody who is signed in already has to show once more who they are.
  if (approval) params.set('prompt', 'login')
  if (typeof approval?.details.loginHint === 'string') params.set('login_hint', approval.details.loginHint)
  return seeOther(`${core.issuer}/sign-in?${params}`)
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
  if (!(await suffices(core, app, approval, signedIn))) return toSignIn(core, visit, approval)
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
  const description = presentation?.describe?.(
    requestContext(core, presentation.pluginId, visit.facts),
    publicApproval(approval),
  )
  const lines = description ? await withDeadline(description, `what ${presentation?.pluginId} says of an approval`) : []
  return renderQuestion(host, {
    approval,
    app,
    signedIn,
    csrfField,
    lines: [...describeAsked(core, approval), ...lines],
    returnTo: visit.facts.url.pathname,
    scopes: approval.requestedScopes.map(
      (name) => core.registry.findScope(name, app.dialect) ?? { name, description: name },
    ),
    target: target?.redirectUri,
    lifetime: accessLifetime(core, app, approval, signedIn.user.id),
  })
}

async function decide(core: Core, host: string, visit: Visit, signedIn: SignedIn): Promise<Answer | Response> {
  const { facts } = visit
  const decision = readDecision(visit)
  const { approval, handle } = await find(core, visit)
  const app = await core.apps.byId(approval.appId)
  if (app && !(await suffices(core, app, approval, signedIn))) return toSignIn(core, visit, approval)
  const decider = { ...signedIn, requestId: facts.id }
  const { answer } = await decideByHandle(core, decider, handle, approval, decision, facts)
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
