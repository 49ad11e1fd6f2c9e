import type { App, AppPrivilege, AppType } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidInput } from '../errors/standard.ts'
import type { Grant } from '../plugin/define-grant.ts'
import type { User } from '../users/user.ts'
import { redirectUriMistake } from './redirect-uri.ts'
import { isPlainLine } from './text.ts'

/** What can be said of an app by whoever makes or changes it. */
export interface AppDescription {
  readonly name: string
  readonly type: AppType
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly privileges: readonly AppPrivilege[]
  readonly dialect?: string | undefined
}

const MOST = 50

/**
 * Checks a description of an app. `by` says who gives it: a user gives self-service scopes and grants alone, an admin any.
 *
 * @param present the app as it is, where it is changed
 *
 * @throws {InvalidInput} for the first mistake, with the path to it
 */
export function checkApp(
  core: Pick<Core, 'registry'>,
  by: Pick<User, 'role'>,
  app: AppDescription,
  present?: App,
): void {
  const isAdmin = by.role === 'admin'
  if (app.name.trim() === '' || app.name.length > 100 || !isPlainLine(app.name)) {
    throw invalid('An app needs a name of at most 100 characters.', 'name')
  }
  checkCounts(app)
  if (app.dialect !== undefined && !core.registry.dialects.has(app.dialect)) {
    throw invalid('There is no such dialect.', 'dialect')
  }
  const giver = { isAdmin, mayUseLegacy: isAdmin || (present?.privileges.includes('legacy-grants') ?? false) }
  app.grants.forEach((grantType, index) => {
    checkGrant(core, giver, app.type, grantType, index)
  })
  app.scopes.forEach((name, index) => {
    const scope = core.registry.findScope(name, app.dialect)
    if (!scope) throw invalid(missingScope(core, name), 'scopes', index)
    if (scope.adminOnly && !isAdmin) throw invalid('Only an admin gives this scope.', 'scopes', index)
  })
  app.redirectUris.forEach((uri, index) => {
    const mistake = redirectUriMistake(uri)
    if (mistake !== undefined) throw invalid(mistake, 'redirectUris', index)
  })
  if (app.privileges.length > 0 && !isAdmin) throw invalid('Only an admin gives privileges.', 'privileges')
}

function missingScope({ registry }: Pick<Core, 'registry'>, name: string): string {
  const dialects = [...registry.dialectScopes].flatMap(([dialect, scopes]) => (scopes.has(name) ? [dialect] : []))
  if (dialects.length === 0) return 'There is no such scope.'
  return `This scope is for apps of the dialect ${dialects.join(' or ')} alone.`
}

/** @throws {InvalidInput} when a list is longer than anybody needs it */
export function checkCounts(app: Pick<AppDescription, 'grants' | 'scopes' | 'redirectUris'>): void {
  for (const list of ['grants', 'scopes', 'redirectUris'] as const) {
    if (app[list].length > MOST) throw invalid(`At most ${MOST} of them.`, list)
  }
}

interface GrantGiver {
  readonly isAdmin: boolean
  /** An admin has given the app leave to use grants that OAuth 2.1 has left behind. */
  readonly mayUseLegacy: boolean
}

function checkGrant(
  core: Pick<Core, 'registry'>,
  giver: GrantGiver,
  type: AppType,
  grantType: string,
  index: number,
): void {
  const grant = findGrantFacts(core, grantType)
  if (!grant) throw invalid('There is no such grant.', 'grants', index)
  if (grant.legacy && !giver.mayUseLegacy) {
    throw invalid('This grant is a legacy one: an admin first gives the app the privilege to use it.', 'grants', index)
  }
  if (grant.selfService === false && !giver.isAdmin) throw invalid('Only an admin gives this grant.', 'grants', index)
  if (type === 'bot' && grant.forUsers) throw invalid('A bot has no grant in which a user takes part.', 'grants', index)
  if (type === 'public' && grant.clientAuth === 'required') {
    throw invalid('A public app cannot prove who it is, which this grant needs.', 'grants', index)
  }
}

type GrantFacts = Pick<Grant, 'clientAuth' | 'forUsers' | 'legacy' | 'selfService'>

/** A grant of the token endpoint, or one that is used up by a redirect alone. */
function findGrantFacts({ registry }: Pick<Core, 'registry'>, grantType: string): GrantFacts | undefined {
  const grant = registry.grants.get(grantType)
  if (grant) return grant
  const type = [...registry.responseTypes.values()].find((candidate) => candidate.grantType === grantType)
  return type && { clientAuth: 'public-allowed', forUsers: true, legacy: type.legacy ?? false }
}

function invalid(message: string, ...path: (string | number)[]): InstanceType<typeof InvalidInput> {
  return new InvalidInput({ message, field: path.map(String) })
}
