import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidInput, NotFound, TooManySecrets } from '../errors/standard.ts'
import { hashSecret } from '../secrets/hash-secret.ts'
import type { Actor } from './actor.ts'
import { keepClientSecret, mintClientId, mintClientSecret } from './app-credentials.ts'
import { type AppDescription, checkApp, checkCounts } from './check-app.ts'

/** Seconds that the present secrets go on working beside a new one, unless the caller says otherwise. */
const OVERLAP_SECONDS = 24 * 60 * 60
const LONGEST_OVERLAP_SECONDS = 30 * OVERLAP_SECONDS
/** Secrets of one app that work at a time: each is one more that may have leaked. */
const MOST_SECRETS = 5

export interface AppChanges extends Partial<Omit<AppDescription, 'type' | 'dialect'>> {
  readonly isDisabled?: boolean
}

/** An app that `by` may see: their own, or any for an admin. @throws {NotFound} alike for one that is not there and not theirs */
export async function visibleApp(core: Pick<Core, 'apps'>, by: Actor, id: string): Promise<App> {
  const app = await core.apps.byId(id)
  if (!app || (by.role !== 'admin' && (app.ownerId === undefined || app.ownerId !== by.id))) throw new NotFound()
  return app
}

/**
 * Changes an app. What an admin gave stays as it is where its owner, who could not have given it, leaves it as it is.
 *
 * @throws {NotFound} {InvalidInput}
 */
export async function updateApp(core: Core, by: Actor, id: string, changes: AppChanges): Promise<App> {
  const app = await visibleApp(core, by, id)
  const { isDisabled, ...described } = changes
  if (isDisabled !== undefined && by.role !== 'admin') {
    throw new InvalidInput({ message: 'Only an admin disables an app, or enables it again.', field: ['isDisabled'] })
  }
  const tidied = tidy(described)
  const next: App = {
    ...app,
    ...tidied,
    isVouched: isVouched(by, app, tidied.redirectUris),
    disabledAt: disabledAt(core, app, isDisabled),
  }
  checkCounts(next)
  checkApp(core, by, { ...next, ...withoutPresent(app, next) }, app)
  await core.apps.update(next, app)
  await core.audit.write({
    kind: 'app.updated',
    appId: app.id,
    userId: by.id,
    details: { changed: Object.keys(changes) },
  })
  return next
}

/** Whoever says last where an app may send people answers for it; leaving some out changes nothing. */
function isVouched(by: Actor, app: App, redirectUris: readonly string[] = app.redirectUris): boolean {
  const isMore = redirectUris.some((uri) => !app.redirectUris.includes(uri))
  if (by.role === 'admin') return app.isVouched || redirectUris !== app.redirectUris
  return app.isVouched && !isMore
}

/** A name without space around it, and lists in which nothing stands twice. */
function tidy<D extends Omit<AppChanges, 'isDisabled'>>(described: D): D {
  const entries = Object.entries(described).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...new Set(value)] : typeof value === 'string' ? value.trim() : value,
  ])
  return Object.fromEntries(entries) as D
}

/** What `next` has and `app` had not: that alone is given now. */
function withoutPresent(
  app: App,
  next: App,
): Pick<AppDescription, 'grants' | 'scopes' | 'redirectUris' | 'privileges'> {
  const added = <T>(before: readonly T[], after: readonly T[]) => after.filter((value) => !before.includes(value))
  return {
    grants: added(app.grants, next.grants),
    scopes: added(app.scopes, next.scopes),
    redirectUris: added(app.redirectUris, next.redirectUris),
    privileges: added(app.privileges, next.privileges),
  }
}

function disabledAt(core: Pick<Core, 'now'>, app: App, isDisabled: boolean | undefined): Date | undefined {
  if (isDisabled === undefined) return app.disabledAt
  return isDisabled ? (app.disabledAt ?? core.now()) : undefined
}

/**
 * Gives an app another `client_id`, in the shape of its dialect. Nobody is found by the one that it had. Its tokens stay, but
 * for our own JWTs, which name it by the one before.
 *
 * @throws {NotFound}
 */
export async function resetClientId(core: Core, by: Actor, id: string): Promise<App> {
  const app = await visibleApp(core, by, id)
  const next: App = { ...app, clientId: await mintClientId(core, app.dialect) }
  await core.apps.update(next, app)
  await core.audit.write({ kind: 'app.client-id-reset', appId: app.id, userId: by.id })
  return next
}

/** Deletes an app; its secrets stop working and its tokens end. @throws {NotFound} */
export async function deleteApp(core: Core, by: Actor, id: string): Promise<App> {
  const app = await visibleApp(core, by, id)
  await core.apps.remove(app, keepClientSecret(core, app, undefined))
  await core.audit.write({ kind: 'app.deleted', appId: app.id, userId: by.id })
  return app
}

/**
 * Gives an app a new secret. The present ones go on working for a while, so that it can be rolled out.
 *
 * @param overlapSeconds how long; 86,400 where left out, 0 ends them at once
 * @throws {NotFound} {InvalidInput} when the app is public, or the overlap is longer than 30 days
 * @throws {TooManySecrets} when five work already and would go on working
 */
export async function rotateAppSecret(
  core: Core,
  by: Actor,
  id: string,
  overlapSeconds: number = OVERLAP_SECONDS,
): Promise<{ app: App; clientSecret: string }> {
  const app = await visibleApp(core, by, id)
  if (app.type === 'public') throw new InvalidInput({ message: 'A public app has no secret.', field: ['id'] })
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS) {
    throw new InvalidInput({ message: 'The overlap is between 0 seconds and 30 days.', field: ['overlapSeconds'] })
  }
  const at = core.now()
  const plain = await mintClientSecret(core, app)
  const othersEndAt = new Date(at.getTime() + overlapSeconds * 1000)
  const keep = keepClientSecret(core, app, plain)
  if (!(await core.apps.addSecret(app, hashSecret(plain), othersEndAt, MOST_SECRETS, keep))) throw new TooManySecrets()
  await core.audit.write({ kind: 'app.secret-rotated', appId: app.id, userId: by.id })
  return { app, clientSecret: plain }
}
