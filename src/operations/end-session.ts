import type { Transaction } from 'kysely'
import type { Core } from '../core.ts'
import { NotFound } from '../errors/standard.ts'
import type { SessionsEnded } from '../plugin/contributions.ts'
import type { CoreTables } from '../storage/tables.ts'
import type { EndingSessions } from '../users/sessions.ts'
import { messageRow } from './enqueue-message.ts'
import type { SignedIn } from './presented-session.ts'

type Needs = Pick<Core, 'audit' | 'database' | 'now' | 'registry' | 'sessions'>

/** Signs somebody out: the session ends at once, on every node. */
export async function endSession(core: Needs, { session, user }: SignedIn, requestId: string): Promise<void> {
  await endInOneUnit(core, { sessionId: session.id, userId: user.id }, requestId)
}

/** Ends a session, whoever's it is. */
export async function endSessionById(core: Needs, sessionId: string): Promise<void> {
  await endInOneUnit(core, { sessionId })
}

/**
 * Ends one of a user's own sessions, wherever it is.
 *
 * @throws {NotFound} when it is over, or somebody else's
 */
export async function endOwnSession(
  core: Needs,
  { user }: Pick<SignedIn, 'user'>,
  sessionId: string,
  requestId: string,
): Promise<void> {
  if ((await endInOneUnit(core, { sessionId, userId: user.id }, requestId)) === 0) throw new NotFound()
}

/** Ends all sessions of a user but the one that it is asked for in. Answers how many there were. */
export async function endOtherSessions(core: Needs, { session, user }: SignedIn, requestId: string): Promise<number> {
  return endAllSessions(core, user.id, { keptSessionId: session.id, requestId })
}

/** Ends the sessions of a user: all, or all but one. Answers how many there were. */
export async function endAllSessions(
  core: Needs,
  userId: string,
  { keptSessionId, requestId }: { readonly keptSessionId?: string | undefined; readonly requestId?: string } = {},
): Promise<number> {
  return endInOneUnit(core, { userId, keptSessionId }, requestId)
}

function endInOneUnit(core: Needs, which: EndingSessions, requestId?: string): Promise<number> {
  return core.database.transaction((trx) => endSessions(core, trx, which, requestId))
}

const MOST_IN_A_MESSAGE = 100

/**
 * Ends sessions within a transaction, with its audit row and what plugins want stored of it: whoever hears of the end hears of
 * it whatever happens next. Answers how many were live.
 */
export async function endSessions(
  core: Pick<Core, 'audit' | 'now' | 'registry' | 'sessions'>,
  trx: Transaction<CoreTables>,
  which: EndingSessions,
  requestId?: string,
): Promise<number> {
  const ended = await core.sessions.end(trx, which)
  const [first] = ended
  if (!first) return 0
  const { userId } = first
  const details =
    which.sessionId === undefined
      ? { ended: ended.length, keptSessionId: which.keptSessionId }
      : { sessionId: which.sessionId }
  await core.audit.insertRow(trx, core.audit.row({ kind: 'session.ended', userId, requestId, details }))
  const told = [...core.registry.outbox.values()].filter(({ storedWhen }) => storedWhen === 'sessions-ended')
  for (let from = 0; from < ended.length; from += MOST_IN_A_MESSAGE) {
    const sessionIds = ended.slice(from, from + MOST_IN_A_MESSAGE).map(({ id }) => id)
    const payload: SessionsEnded = { userId, sessionIds }
    const rows = told.map((delivery) => messageRow(core, delivery, payload))
    if (rows.length > 0) await trx.insertInto('outbox').values(rows).execute()
  }
  return ended.length
}
