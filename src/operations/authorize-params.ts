import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { ApprovalLine, AuthorizeInput } from '../plugin/contributions.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { parseParams } from './parse-params.ts'
import { pluginContext, requestContext } from './plugin-context.ts'
import type { SignedIn } from './presented-session.ts'
import { withDeadline } from './with-deadline.ts'

type Asked = Readonly<Record<string, unknown>>

/**
 * Reads what plugins add to an authorize request.
 *
 * @returns what the approval shall remember, by the ids of the contributions; undefined where that is nothing
 * @throws {InvalidRequest} and what the plugins declare
 */
export async function readAuthorizeParams(
  core: Core,
  input: AuthorizeInput,
  request: RequestFacts,
): Promise<Asked | undefined> {
  const asked: Record<string, unknown> = {}
  for (const added of core.registry.authorizeParams) {
    const values = parseParams(added.params, input.params)
    const reading = added.read(requestContext(core, added.pluginId, request), input, values)
    const remembered = await withDeadline(reading, `the authorize parameters ${added.id}`)
    if (remembered !== undefined) asked[added.id] = remembered
  }
  return Object.keys(asked).length > 0 ? asked : undefined
}

/**
 * The same for a request without a redirect: a device's.
 *
 * @throws {InvalidRequest} and what the plugins declare
 */
export async function readApprovalParams(
  core: Core,
  input: Pick<AuthorizeInput, 'app' | 'scopes' | 'params'>,
  request: RequestFacts,
): Promise<Asked | undefined> {
  const asked: Record<string, unknown> = {}
  for (const added of core.registry.authorizeParams) {
    if (!added.readWithoutRedirect) continue
    const values = parseParams(added.params, input.params)
    const reading = added.readWithoutRedirect(requestContext(core, added.pluginId, request), input, values)
    const remembered = await withDeadline(reading, `the authorize parameters ${added.id}`)
    if (remembered !== undefined) asked[added.id] = remembered
  }
  return Object.keys(asked).length > 0 ? asked : undefined
}

/**
 * Reads what an app that pushes its request says beside the parameters.
 *
 * @throws {InvalidRequest} and what the plugins declare
 */
export async function readPushed(
  core: Core,
  params: RawParams,
  request: RequestFacts,
): Promise<Readonly<Record<string, string>>> {
  const further: Record<string, string> = {}
  for (const added of core.registry.authorizeParams) {
    if (!added.pushed) continue
    const reading = added.pushed(requestContext(core, added.pluginId, request), parseParams(added.params, params))
    Object.assign(further, await withDeadline(reading, `the authorize parameters ${added.id}`))
  }
  return further
}

/** Why a plugin that was asked for something does not accept who is signed in; undefined where all do. */
export async function refusalOf(
  core: Core,
  app: App,
  { details }: Pick<Approval, 'details'>,
  { session, user }: SignedIn,
): Promise<OAuthError | undefined> {
  const asked = (details.asked ?? {}) as Asked
  for (const { id, pluginId, refuses } of core.registry.authorizeParams) {
    if (!refuses || asked[id] === undefined) continue
    const refusing = refuses(pluginContext(core, pluginId), asked[id], { app, session, user })
    const refusal = await withDeadline(refusing, `the authorize parameters ${id}`)
    if (refusal) return refusal
  }
  return undefined
}

/** The resources that were asked for by name. */
export function resourcesAsked(core: Core, { details }: Pick<Approval, 'details'>): readonly string[] {
  const asked = (details.asked ?? {}) as Asked
  return core.registry.authorizeParams.flatMap(({ id, resources }) =>
    asked[id] === undefined ? [] : (resources?.(asked[id]) ?? []),
  )
}

/** What plugins were asked for beyond the scopes, for the person who decides. */
export function describeAsked(core: Core, { details }: Pick<Approval, 'details'>): readonly ApprovalLine[] {
  const asked = (details.asked ?? {}) as Asked
  return core.registry.authorizeParams.flatMap(({ id, pluginId, describe }) =>
    asked[id] === undefined ? [] : (describe?.(pluginContext(core, pluginId), asked[id]) ?? []),
  )
}
