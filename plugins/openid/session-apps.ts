import type { GrantContext, Issuance, PluginContext, SessionsEnded } from 'grantql/plugin'
import type { Kysely } from 'kysely'
import { logoutSettings } from './logout-settings.ts'
import { sidOf } from './session-id.ts'
import type { OpenidTables, SessionAppTable } from './tables.ts'

type Needs = Pick<PluginContext<OpenidTables>, 'db' | 'now' | 'sessions' | 'transaction'>

const BATCH = 1000

/** An app that was told of a session by an ID token. */
export interface KnowingApp {
  readonly sessionId: string
  readonly appId: string
  /** How it knows the user. */
  readonly subject: string
}

/**
 * The `sid` for an ID token, which the app is noted for where it wants to hear of the end of the session. One that is over by
 * now, though the user approved in it, is not told: nobody could tell its end.
 */
export async function tellableSid(
  ctx: GrantContext<OpenidTables>,
  { sessionId }: Issuance,
  subject: string,
): Promise<string | undefined> {
  if (sessionId === undefined) return undefined
  const wantsToHear = ctx.setting(logoutSettings.backchannelLogoutUri, ctx.app) !== ''
  if (wantsToHear && !(await noteApp(ctx, { sessionId, appId: ctx.app.id, subject }))) return undefined
  return sidOf(ctx, ctx.app, sessionId)
}

/**
 * Notes that an app is about to be told of a session. The note is durable before the session is looked at for the last time,
 * and who is to be told of its end is read after that: so no end is missed.
 *
 * @returns whether it is live
 */
async function noteApp(ctx: Needs, { sessionId, appId, subject }: KnowingApp): Promise<boolean> {
  const session = await ctx.sessions.find(sessionId)
  if (!session) return false
  const note = { session_id: sessionId, app_id: appId, subject, expires_at: session.expiresAt.getTime() }
  await ctx
    .transaction(async (trx) => {
      const noted = await find(trx, sessionId, appId)
      if (!noted) await trx.insertInto('openid_session_app').values(note).execute()
      // A session that goes on after a new sign-in is longer than it was.
      else if (noted.expires_at < note.expires_at) await extendNotes(trx, note)
    })
    .catch(async (error) => {
      // Two tokens of one session at once: who came second finds the note of the first.
      if (!(await find(ctx.db, sessionId, appId))) throw error
    })
  return (await ctx.sessions.find(sessionId)) !== undefined
}

function find(db: Kysely<OpenidTables>, sessionId: string, appId: string) {
  return db
    .selectFrom('openid_session_app')
    .select('expires_at')
    .where('session_id', '=', sessionId)
    .where('app_id', '=', appId)
    .executeTakeFirst()
}

function extendNotes(
  db: Kysely<OpenidTables>,
  { session_id, expires_at }: Pick<SessionAppTable, 'session_id' | 'expires_at'>,
) {
  return db
    .updateTable('openid_session_app')
    .set({ expires_at })
    .where('session_id', '=', session_id)
    .where('expires_at', '<', expires_at)
    .execute()
}

/** Takes the notes of sessions that are over, within a transaction in which their apps are told. */
export async function takeApps(
  trx: Kysely<OpenidTables>,
  { sessionIds }: SessionsEnded,
): Promise<readonly KnowingApp[]> {
  const noted = await trx
    .selectFrom('openid_session_app')
    .select(['session_id', 'app_id', 'subject'])
    .where('session_id', 'in', sessionIds)
    .execute()
  if (noted.length > 0) await trx.deleteFrom('openid_session_app').where('session_id', 'in', sessionIds).execute()
  return noted.map(({ session_id, app_id, subject }) => ({ sessionId: session_id, appId: app_id, subject }))
}

/** Forgets the notes of sessions that nobody ended: they are over by themselves. Those of a session that goes on stay. */
export async function sweepApps({ db, now, sessions }: Pick<Needs, 'db' | 'now' | 'sessions'>): Promise<void> {
  const at = now().getTime()
  for (let found = BATCH; found >= BATCH; ) {
    const due = await db
      .selectFrom('openid_session_app')
      .select(['session_id', 'app_id'])
      .where('expires_at', '<=', at)
      .orderBy('expires_at')
      .limit(BATCH)
      .execute()
    found = due.length
    const over: string[] = []
    for (const id of new Set(due.map(({ session_id }) => session_id))) {
      const session = await sessions.find(id)
      if (session) await extendNotes(db, { session_id: id, expires_at: session.expiresAt.getTime() })
      else over.push(id)
    }
    if (over.length === 0) continue
    await db.deleteFrom('openid_session_app').where('session_id', 'in', over).where('expires_at', '<=', at).execute()
  }
}
