import { type App, NotFound, type PluginContext } from 'grantql/plugin'
import { settings } from './settings.ts'

/** What an app is in Usergrid: an application of an organization, or the client of the organization. */
export interface Place {
  readonly organization: string
  readonly application: string | undefined
}

/** Where an app belongs. */
export function placeOf(ctx: PluginContext, app: App): Place {
  return {
    organization: ctx.setting(settings.organization, app) || app.name,
    application: ctx.setting(settings.application, app) || undefined,
  }
}

/** First segments of paths that are somebody else's, whatever comes after them. */
const RESERVED = new Set([
  'account',
  'admin',
  'api',
  'approve',
  'auth',
  'device',
  'graphql',
  'health',
  'management',
  'metrics',
  'oauth',
  'reg',
  'session',
  'token',
])
/** A name begins with a letter or a digit: what begins with a dot or an underscore is of some system. */
const NAME = /^[a-z0-9][\w.-]{0,254}$/i

/**
 * The application that a path names; undefined for the paths of management.
 *
 * @throws {NotFound} where the path cannot be that of an organization
 */
export function placeOfPath({ organization, application }: Readonly<Record<string, string>>): Place | undefined {
  if (organization === undefined || application === undefined) return undefined
  const isName = NAME.test(organization) && NAME.test(application) && !RESERVED.has(organization.toLowerCase())
  if (!isName) throw new NotFound({ message: 'There is nothing at this path.' })
  return { organization, application }
}

/** Whether an app may be used at a path. Names differ by more than their case. */
export function isAt(ctx: PluginContext, app: App, path: Place | undefined): boolean {
  if (path === undefined) return true
  const own = placeOf(ctx, app)
  const isSame = (one = '', other = '') => one.toLowerCase() === other.toLowerCase()
  return isSame(own.organization, path.organization) && isSame(own.application, path.application)
}
