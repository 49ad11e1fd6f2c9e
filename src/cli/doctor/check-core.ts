import type { Core } from '../../core.ts'
import { allUsers } from '../user.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** A clock that differs by less harms nothing. */
const MAX_AHEAD_MS = 60_000
const ISSUER_TIMEOUT_MS = 3_000

/** A key signs for every algorithm that is asked for, and which comes next. */
export function checkKeys({ keys, policy }: Pick<Core, 'keys' | 'policy'>): Finding {
  const active = keys.list().filter(({ state }) => state === 'active')
  const signer = active.find(({ algorithm }) => algorithm === policy.algorithm)
  if (signer === undefined)
    return fail('keys', `No key signs with ${policy.algorithm}: run \`grantql keys rotate --now\`.`)
  const next = signer.retiringAt === null ? '' : `, another takes over at ${signer.retiringAt.toISOString()}`
  const names = active.map(({ algorithm }) => algorithm).join(' and ')
  return ok('keys', `GRANTQL_SECRET opens them; ${names} sign${active.length === 1 ? 's' : ''}${next}.`)
}

/** What was written last must not be in the future. */
export function checkClock({ keys, now }: Pick<Core, 'keys' | 'now'>): Finding {
  const newest = Math.max(...keys.list().map(({ createdAt }) => createdAt.getTime()))
  const aheadMs = newest - now().getTime()
  return aheadMs > MAX_AHEAD_MS
    ? fail(
        'clock',
        `This machine's clock is at least ${Math.round(aheadMs / 1000)} s behind the one that made the newest key.`,
      )
    : ok('clock', `It is ${now().toISOString()} here, and nothing was written later.`)
}

export async function checkAdmin(core: Pick<Core, 'users'>): Promise<Finding> {
  for await (const user of allUsers(core)) {
    if (user.role === 'admin' && !user.disabledAt) return ok('admin', `There is an admin: ${user.username}.`)
  }
  return warn('admin', 'There is no admin who can sign in: `grantql user create --admin` makes one.')
}

/** Apps find everything by the issuer, so it must lead to this server and name itself. */
export async function checkIssuer(issuer: string): Promise<Finding> {
  const url = `${issuer}/.well-known/oauth-authorization-server`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS), redirect: 'error' })
    if (!response.ok) return fail('issuer', `${url} answers ${response.status}: something else is there.`)
    const metadata = (await response.json()) as { issuer?: unknown }
    if (metadata.issuer === issuer) return ok('issuer', `${url} answers, and names ${issuer}.`)
    return fail('issuer', `${url} names another issuer: the server there runs with another ISSUER.`)
  } catch {
    return warn('issuer', `${url} cannot be reached from here. Is the server running, and ISSUER right?`)
  }
}
