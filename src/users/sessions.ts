import type { Selectable } from 'kysely'
import { generateId } from '../secrets/generate-id.ts'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import type { Database } from '../storage/database.ts'
import { fromJson, instant, toJson } from '../storage/rows.ts'
import type { SessionTable } from '../storage/tables.ts'
import type { Session } from './user.ts'

export interface Sessions {
  /** Undefined for everything that is not a live session's token, other kinds of token included. */
  byToken(token: string): Promise<Session | undefined>
  /** The live sessions of a user, newest first; no more than 100 of them. */
  ofUser(userId: string): Promise<readonly Session[]>
  start(
    userId: string,
    methods: readonly string[],
    userAgent?: string | null,
  ): Promise<{ token: string; session: Session }>
  end(sessionId: string): Promise<void>
  /** Ends a session if it is this user's. Answers whether it was, and was live. */
  endOf(userId: string, sessionId: string): Promise<boolean>
  /** Ends all sessions of a user, but the one to keep. Answers how many there were. */
  endAll(userId: string, keptSessionId?: string): Promise<number>
}

const MOST_LISTED = 100
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
  return {
    async byToken(token) {
      const parsed = parseSecret('session', token)
      if (!parsed) return undefined
      const row = await db
        .selectFrom('session')
        .selectAll()
        .where('token_key', '=', parsed.key)
        .where('expires_at', '>', now().getTime())
        .executeTakeFirst()
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

    async start(userId, methods, sentUserAgent) {
      const at = now()
      const { plain, key } = mintSecret('session', at)
      const expiresAt = new Date(at.getTime() + ttlSeconds * 1000)
      const userAgent = storableUserAgent(sentUserAgent)
      const session = { id: generateId(at), userId, authenticatedAt: at, methods, userAgent, expiresAt }
      await db
        .insertInto('session')
        .values({
          token_key: key,
          id: session.id,
          user_id: userId,
          authenticated_at: at.getTime(),
          methods: toJson(methods),
          user_agent: userAgent ?? null,
          created_at: at.getTime(),
          expires_at: expiresAt.getTime(),
        })
        .execute()
      return { token: plain, session }
    },

    async end(sessionId) {
      await db.deleteFrom('session').where('id', '=', sessionId).execute()
    },

    async endOf(userId, sessionId) {
      const result = await db
        .deleteFrom('session')
        .where('id', '=', sessionId)
        .where('user_id', '=', userId)
        .where('expires_at', '>', now().getTime())
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async endAll(userId, keptSessionId) {
      let ending = db.deleteFrom('session').where('user_id', '=', userId)
      if (keptSessionId !== undefined) ending = ending.where('id', '!=', keptSessionId)
      return Number((await ending.executeTakeFirst()).numDeletedRows)
    },
  }
}
