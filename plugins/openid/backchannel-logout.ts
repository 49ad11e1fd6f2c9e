import type { OutboxDelivery, SessionsEnded } from 'grantql/plugin'
import { logoutSettings } from './logout-settings.ts'
import { logoutToken } from './logout-token.ts'
import { type KnowingApp, takeApps } from './session-apps.ts'
import type { OpenidTables } from './tables.ts'

const NOTICE = 'openid.logout'

/**
 * What follows from the end of sessions, whichever way they ended: tokens of apps that were to know a signed-in user end with
 * them, and each app that wants to hear of it gets a notice of its own, so that none waits for another.
 *
 * @see OpenID Connect Back-Channel Logout §2.7 on refresh tokens
 */
const sessionsEnded: OutboxDelivery<OpenidTables> = {
  kind: 'openid.sessions-ended',
  storedWhen: 'sessions-ended',
  async deliver(ctx, payload) {
    const ended = payload as SessionsEnded
    const isOnline = (scopes: readonly string[]) => scopes.includes('openid') && !scopes.includes('offline_access')
    await ctx.tokens.endFamilies(ended, ({ scopes }) => isOnline(scopes))
    await ctx.transaction(async (trx) => {
      for (const notice of await takeApps(trx, ended)) await ctx.outbox.enqueue(NOTICE, notice, trx)
    })
  },
}

/** Tells one app, until it has understood, refuses, or a day is over (Back-Channel Logout §2.5, §2.8). */
const notice: OutboxDelivery<OpenidTables> = {
  kind: NOTICE,
  async deliver(ctx, payload) {
    const known = payload as KnowingApp
    const { appId } = known
    const app = await ctx.apps.findById(appId)
    const uri = app ? ctx.setting(logoutSettings.backchannelLogoutUri, app) : ''
    if (!app || uri === '') return
    const form = { logout_token: logoutToken(ctx, app, known) }
    const { status } = await ctx.fetch(uri, { method: 'POST', form })
    if (status === 200 || status === 204) return
    // The app has understood and will not: it would say the same again.
    if (status === 400) ctx.log.warn({ appId }, 'an app refused a logout token')
    else throw new Error(`The app answered ${status}.`)
  },
}

export const logoutDeliveries: readonly OutboxDelivery<OpenidTables>[] = [sessionsEnded, notice]
