import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { NotFound } from '../errors/standard.ts'
import { fromJson, instant } from '../storage/rows.ts'
import type { SignedIn } from './presented-session.ts'

/** An app that may do something for a user: by a yes that is remembered, or by tokens that it holds. */
export interface ConnectedApp {
  readonly app: App
  /** Everything that it may do for them, taken together. */
  readonly scopes: readonly string[]
  /** Since when. */
  readonly createdAt: Date
}

/** The apps that a user has said yes to, or that hold living tokens of theirs, by name. */
export async function connectedApps(
  core: Pick<Core, 'apps' | 'consents' | 'now' | 'tokenRows'>,
  userId: string,
): Promise<readonly ConnectedApp[]> {
  const [consents, families] = await Promise.all([
    core.consents.ofUser(userId),
    core.tokenRows.livingFamilies(userId, core.now()),
  ])
  const ties = [
    ...consents,
    ...families.map((family) => ({
      appId: family.app_id,
      scopes: fromJson<string[]>(family.scopes),
      createdAt: instant(family.created_at),
    })),
  ]
  const connected = await Promise.all(
    [...Map.groupBy(ties, ({ appId }) => appId)].map(async ([appId, own]): Promise<ConnectedApp | undefined> => {
      const app = await core.apps.byId(appId)
      // Tokens of an app that was deleted are inactive.
      if (!app) return undefined
      const createdAt = new Date(Math.min(...own.map((tie) => tie.createdAt.getTime())))
      return { app, scopes: [...new Set(own.flatMap(({ scopes }) => scopes))].sort(), createdAt }
    }),
  )
  return connected.filter((each) => each !== undefined).sort((one, other) => one.app.name.localeCompare(other.app.name))
}

/**
 * Takes back what a user gave to an app: the remembered yes, a code that it has not claimed yet, and every token that
 * descends from one.
 *
 * @throws {NotFound} when the app has nothing of theirs
 */
export async function disconnectApp(
  core: Pick<Core, 'approvals' | 'audit' | 'consents' | 'database' | 'now' | 'tokenRows'>,
  { user }: Pick<SignedIn, 'user'>,
  appId: string,
  requestId: string,
): Promise<void> {
  const at = core.now()
  const isDone = await core.database.transaction(async (trx) => {
    // Before the families: a claim that is under way is waited for, and the family that it makes is there then.
    const codes = await core.approvals.withdraw(trx, user.id, appId)
    const wasRemembered = await core.consents.forget(trx, user.id, appId)
    const families = await core.tokenRows.revokeFamilies(trx, user.id, appId, at)
    if (!wasRemembered && families === 0 && codes === 0) return false
    const details = { families, wasRemembered, codes }
    await core.audit.insertRow(
      trx,
      core.audit.row({ kind: 'app.disconnected', appId, userId: user.id, requestId, details }),
    )
    return true
  })
  if (!isDone) throw new NotFound()
}
