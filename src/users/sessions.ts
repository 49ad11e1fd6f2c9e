import { generateId } from '../secrets/generate-id.ts'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import type { Database } from '../storage/database.ts'
import { fromJson, instant, toJson } from '../storage/rows.ts'
import type { Session } from './user.ts'

export interface Sessions {
  /** Undefined for everything that is not a live session's token, other kinds of token included. */
  byToken(token: string): Promise<Session | undefined>
  start(userId: string, methods: readonly string[]): Promise<{ token: string; session: Session }>
  end(sessionId: string): Promise<void>
  endAll(userId: string): Promise<void>
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
      if (!row) return undefined
      return {
        id: row.id,
        userId: row.user_id,
        authenticatedAt: instant(row.authenticated_at),
        methods: fromJson<string[]>(row.methods),
        expiresAt: instant(row.expires_at),
      }
    },

    async start(userId, methods) {
      const at = now()
      const { plain, key } = mintSecret('session', at)
      const expiresAt = new Date(at.getTime() + ttlSeconds * 1000)
      const session = { id: generateId(at), userId, authenticatedAt: at, methods, expiresAt }
      await db
        .insertInto('session')
        .values({
          token_key: key,
          id: session.id,
          user_id: userId,
          authenticated_at: at.getTime(),
          methods: toJson(methods),
          created_at: at.getTime(),
          expires_at: expiresAt.getTime(),
        })
        .execute()
      return { token: plain, session }
    },

    async end(sessionId) {
      await db.deleteFrom('session').where('id', '=', sessionId).execute()
    },

    async endAll(userId) {
      await db.deleteFrom('session').where('user_id', '=', userId).execute()
    },
  }
}
