import {
  type App,
  InvalidRequest,
  type PluginContext,
  type SubjectSource,
  TemporarilyUnavailable,
} from 'grantql/plugin'
import { settings } from './settings.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Lets each app know users by their ids, or by ids of its own (OpenID Connect Core §8). */
export const subjects: SubjectSource = {
  async subjectOf(ctx, app, userId) {
    if (ctx.setting(settings.subjectType, app) === 'public') return userId
    return ctx.names.derive('subject', JSON.stringify([await sectorOf(ctx, app), userId]))
  },
}

/** Makes sure that the app can be told who its users are, before one of them is asked. @throws {InvalidRequest} */
export async function requireSubjects(ctx: PluginContext, app: App): Promise<void> {
  if (ctx.setting(settings.subjectType, app) === 'pairwise') await sectorOf(ctx, app)
}

/**
 * The sector of an app with pairwise ids: apps of one sector share them.
 *
 * @throws {InvalidRequest} when the redirect URIs are on several hosts and no document speaks for them
 * @see OpenID Connect Core §8.1
 */
async function sectorOf(ctx: PluginContext, app: App): Promise<string> {
  const uri = ctx.setting(settings.sectorIdentifierUri, app)
  if (uri !== '') {
    await checkSector(ctx, app, uri)
    return new URL(uri).hostname
  }
  const hosts = new Set(app.redirectUris.flatMap(hostOf))
  const [host] = hosts
  if (hosts.size > 1) {
    throw new InvalidRequest({
      message: 'The redirect URIs of this app are on several hosts: it needs a sector identifier.',
    })
  }
  // What has no host of its own shares its ids with nobody.
  return host ?? `app:${app.clientId}`
}

/** Every app on somebody's own machine has the same host there, and they have nothing to do with each other. */
function hostOf(redirectUri: string): readonly string[] {
  const { hostname } = new URL(redirectUri)
  return hostname === '' || LOOPBACK.has(hostname) || !redirectUri.startsWith('https:') ? [] : [hostname]
}

/** What was checked since this server started. An app whose redirect URIs change is checked again. */
const checked = new WeakMap<App, string>()

/**
 * Has the sector say that the app is of it: else any app could ask for the ids of another one.
 *
 * @throws {InvalidRequest} when it does not
 * @throws {TemporarilyUnavailable} when it cannot be read: a token that is refreshed meanwhile is not lost
 */
async function checkSector(ctx: PluginContext, app: App, uri: string): Promise<void> {
  if (checked.get(app) === uri) return
  // Why it cannot be read is not said: whoever named the URL would learn something of our network.
  const listed = await ctx.fetchDocument(uri).catch((cause) => {
    throw new TemporarilyUnavailable({ message: 'The sector identifier document of this app cannot be read.', cause })
  })
  if (!Array.isArray(listed) || !app.redirectUris.every((redirectUri) => listed.includes(redirectUri))) {
    throw new InvalidRequest({ message: 'The sector identifier document does not list the redirect URIs of this app.' })
  }
  checked.set(app, uri)
}
