import type { Selectable, Transaction } from 'kysely'
import { generateId } from '../secrets/generate-id.ts'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import type { Database } from '../storage/database.ts'
import { fromJson, instant, toJson } from '../storage/rows.ts'
import type { CoreTables, SessionTable } from '../storage/tables.ts'
import type { Session } from './user.ts'

export interface Sessions {
  /** Undefined for everything that is not a live session's token, other kinds of token included. */
  byToken(token: string): Promise<Session | undefined>
  /** The live sessions of a user, newest first; no more than 100 of them. */
  ofUser(userId: string): Promise<readonly Session[]>
  /**
   * One guarded write decides whether the user may have it: undefined when they do not exist, may not sign in, or sign in
   * another way since then.
   *
   * @param signInVersion what was read before the user proved who they are; left out: nothing can have changed since
   */
  start(
    userId: string,
    methods: readonly string[],
    userAgent?: string | null,
    signInVersion?: number,
  ): Promise<{ token: string; session: Session } | undefined>
  /** A live session by its id, which opens nothing. */
  byId(sessionId: string): Promise<Session | undefined>
  /**
   * Ends sessions within a transaction of the caller. Answers those that were live. Of several some of which somebody else
   * ends at that moment, both hear of all.
   */
  end(trx: Transaction<CoreTables>, which: EndingSessions): Promise<readonly EndedSession[]>
  /**
   * Has a new session go on under the id of an elder one of the same user, which ends, within a transaction of the caller.
   * Answers whether the elder one was still there; if not, the new one is as it was.
   */
  continueAs(trx: Transaction<CoreTables>, session: Session, elderId: string): Promise<boolean>
}

/** One session, perhaps only if it is this user's; or all of a user's, perhaps but one. */
export type EndingSessions =
  | { readonly sessionId: string; readonly userId?: string }
  | { readonly userId: string; readonly keptSessionId?: string | undefined; readonly sessionId?: undefined }

export type EndedSession = Pick<Session, 'id' | 'userId'>

const MOST_LISTED = 100
const MOST_ENDED_AT_ONCE = 100
const LONGEST_USER_AGENT = 255

function sessionFromRow(row: Selectable<SessionTable>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    authenticatedAt: instant(row.authenticated_at),
    methods: fromJson<string[]>(row.methods),
    userAgent: row.user_agent ?? undefined,
    expiresAt: instant(row.expires_at),
  }
}

/** Nothing but printable ASCII is worth keeping: anybody may send anything under this name. */
function storableUserAgent(userAgent: string | null | undefined): string | undefined {
  const text = userAgent?.replaceAll(/[^ -~]/g, '').slice(0, LONGEST_USER_AGENT)
  return text === '' ? undefined : text
}

export function openSessions(database: Database, now: () => Date, ttlSeconds: number): Sessions {
  const { db } = database
  const findByKey = (key: Buffer) =>
    db
      .selectFrom('session')
      .selectAll()
      .where('token_key', '=', key)
      .where('expires_at', '>', now().getTime())
      .executeTakeFirst()
  return {
    async byToken(token) {
      const parsed = parseSecret('session', token)
      if (!parsed) return undefined
      const row = await findByKey(parsed.key)
      return row && sessionFromRow(row)
    },

    async ofUser(userId) {
      const rows = await db
        .selectFrom('session')
        .selectAll()
        .where('user_id', '=', userId)
        .where('expires_at', '>', now().getTime())
        .orderBy('id', 'desc')
        .limit(MOST_LISTED)
        .execute()
      return rows.map(sessionFromRow)
    },

    async start(userId, methods, sentUserAgent, signInVersion) {
      const at = now()
      const { plain, key } = mintSecret('session', at)
      const expiresAt = new Date(at.getTime() + ttlSeconds * 1000)
      const userAgent = storableUserAgent(sentUserAgent)
      const session = { id: generateId(at), userId, authenticatedAt: at, methods, userAgent, expiresAt }
      const row = {
        token_key: key,
        id: session.id,
        user_id: userId,
        authenticated_at: at.getTime(),
        methods: toJson(methods),
        user_agent: userAgent ?? null,
        created_at: at.getTime(),
        expires_at: expiresAt.getTime(),
      }
      const isStarted = await database.transaction(
        async (trx) => {
          if (!(await maySignIn(trx, userId, signInVersion))) return false
          await trx.insertInto('session').values(row).execute()
          return true
        },
        { settle: async () => (await findByKey(key)) && true },
      )
      return isStarted ? { token: plain, session } : undefined
    },

    async byId(sessionId) {
      const row = await db
        .selectFrom('session')
        .selectAll()
        .where('id', '=', sessionId)
        .where('expires_at', '>', now().getTime())
        .executeTakeFirst()
      return row && sessionFromRow(row)
    },

    async end(trx, which) {
      let found = trx.selectFrom('session').select(['token_key', 'id', 'user_id', 'expires_at'])
      if (which.userId !== undefined) found = found.where('user_id', '=', which.userId)
      if (which.sessionId !== undefined) found = found.where('id', '=', which.sessionId)
      else if (which.keptSessionId !== undefined) found = found.where('id', '!=', which.keptSessionId)
      const rows = await found.execute()
      const ended: EndedSession[] = []
      for (let from = 0; from < rows.length; from += MOST_ENDED_AT_ONCE) {
        const batch = rows.slice(from, from + MOST_ENDED_AT_ONCE)
        const keys = batch.map(({ token_key }) => token_key)
        const { numDeletedRows } = await trx.deleteFrom('session').where('token_key', 'in', keys).executeTakeFirst()
        if (numDeletedRows === 0n) continue
        const live = batch.filter(({ expires_at }) => expires_at > now().getTime())
        ended.push(...live.map(({ id, user_id }) => ({ id, userId: user_id })))
      }
      return ended
    },

    async continueAs(trx, { id, userId }, elderId) {
      const { numDeletedRows } = await trx
        .deleteFrom('session')
        .where('id', '=', elderId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await trx.updateTable('session').set({ id: elderId }).where('id', '=', id).execute()
      return true
    },
  }
}

/** Writes the user's row, so that of a session and another way to sign in that come at once one sees the other. */
async function maySignIn(
  trx: Transaction<CoreTables>,
  userId: string,
  signInVersion: number | undefined,
): Promise<boolean> {
  let guarded = trx
    .updateTable('user')
    .set(({ eb }) => ({ sessions_started: eb('sessions_started', '+', 1) }))
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
  if (signInVersion !== undefined) guarded = guarded.where('sign_in_version', '=', signInVersion)
  return (await guarded.executeTakeFirstOrThrow()).numUpdatedRows === 1n
}
