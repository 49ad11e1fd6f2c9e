import type { Transaction } from 'kysely'
import type { Logger } from '../plugin/context.ts'
import { generateId } from '../secrets/generate-id.ts'
import type { Database } from './database.ts'
import type { CoreTables } from './tables.ts'

/** How long another node may go on with what it remembers, in milliseconds. */
export const CHANGE_BOUND_MS = 1000
const POLL_MS = 400
/** Ids are made by clocks that differ and commits that overtake each other, so a poll looks back this far. */
const OVERLAP_MS = 30_000

export type ChangeKind = 'app' | 'user' | 'setting' | 'signing-key'

/** What other nodes' memories must forget. Every node polls the log; the node that wrote it forgets at once. */
export interface Changes {
  /** Forgets here and tells the other nodes. */
  announce(kind: ChangeKind, subject: string): Promise<void>
  /**
   * The same for a write, in one transaction with it: no node goes on with what the write has changed, whatever happens in
   * between.
   */
  commit<T>(kind: ChangeKind, subject: string, write: (trx: Transaction<CoreTables>) => Promise<T>): Promise<T>
  onChange(kind: ChangeKind, forget: (subject: string) => void): void
  /** False while the log could not be read for longer than the bound: what is remembered must not be trusted. */
  isFresh(): boolean
  stop(): void
}

export function watchChanges(database: Database, now: () => Date, log: Logger): Changes {
  const listeners = new Map<ChangeKind, ((subject: string) => void)[]>()
  const seen = new Map<string, number>()
  let freshUntil = performance.now() + CHANGE_BOUND_MS
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const tell = (kind: ChangeKind, subject: string) => {
    for (const forget of listeners.get(kind) ?? []) forget(subject)
  }

  const poll = async () => {
    const startedAt = performance.now()
    try {
      const since = now().getTime() - OVERLAP_MS
      const rows = await database.db
        .selectFrom('change')
        .select(['id', 'kind', 'subject'])
        .where('created_at', '>=', since)
        .execute()
      for (const row of rows) {
        if (seen.has(row.id)) continue
        seen.set(row.id, startedAt)
        tell(row.kind as ChangeKind, row.subject)
      }
      for (const [id, at] of seen) if (startedAt - at > 4 * OVERLAP_MS) seen.delete(id)
      freshUntil = startedAt + CHANGE_BOUND_MS
    } catch (cause) {
      log.warn({ err: cause }, 'the change log cannot be read')
    }
    if (!stopped) schedule()
  }
  const schedule = () => {
    timer = setTimeout(poll, POLL_MS)
    timer.unref()
  }
  schedule()

  const commit: Changes['commit'] = async (kind, subject, write) => {
    tell(kind, subject)
    const at = now()
    const row = { id: generateId(at), kind, subject, created_at: at.getTime() }
    try {
      return await database.transaction(async (trx) => {
        const written = await write(trx)
        await trx.insertInto('change').values(row).execute()
        return written
      })
    } finally {
      // Also where it failed: whether a COMMIT whose answer got lost took place is open.
      tell(kind, subject)
    }
  }

  return {
    announce: (kind, subject) => commit(kind, subject, async () => undefined),
    commit,
    onChange(kind, forget) {
      listeners.set(kind, [...(listeners.get(kind) ?? []), forget])
    },
    isFresh: () => performance.now() < freshUntil,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
