import type { Core } from '../core.ts'
import { pluginContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import { fromJson } from '../storage/rows.ts'
import type { OutboxTable } from '../storage/tables.ts'

const BATCH = 64
const AT_ONCE = 8
/** Longer than a delivery may take, so that no other node begins while one is at it. */
const FIRST_PAUSE_MS = 15_000
const LONGEST_PAUSE_MS = 60 * 60 * 1000

type Needs = Pick<Core, 'database' | 'log' | 'now' | 'registry'>

/**
 * Delivers the messages that are due, on whichever node asks first; one that fails is due again after a pause that grows.
 * A node that dies midway leaves its message due, so it may come twice and is never lost before it expires.
 */
export async function deliverOutbox(core: Core, signal: AbortSignal): Promise<void> {
  await dropExpired(core)
  // What one delivery stores for another is delivered at once, and nothing waits behind a batch that fails.
  for (let hasMore = true; hasMore && !signal.aborted; ) hasMore = await deliverBatch(core, signal)
}

/** Answers whether more may be due. Nothing stays due: what cannot be delivered is so later. */
async function deliverBatch(core: Core, signal: AbortSignal): Promise<boolean> {
  const due = await core.database.db
    .selectFrom('outbox')
    .selectAll()
    .where('due_at', '<=', core.now().getTime())
    .orderBy('due_at')
    .limit(BATCH)
    .execute()
  let delivered = 0
  const isFull = due.length === BATCH
  const workers = Array.from({ length: Math.min(AT_ONCE, due.length) }, async () => {
    for (let message = due.shift(); message && !signal.aborted; message = due.shift()) {
      if (await deliver(core, message)) delivered += 1
    }
  })
  await Promise.all(workers)
  return delivered > 0 || isFull
}

async function deliver(core: Core, message: OutboxTable): Promise<boolean> {
  const delivery = core.registry.outbox.get(message.kind)
  // The plugin may come back: until then nothing is tried, and at its time the message expires.
  if (!(await postpone(core, message)) || !delivery) return false
  try {
    await withDeadline(
      delivery.deliver(pluginContext(core, delivery.pluginId), fromJson(message.payload)),
      `the outbox ${message.kind}`,
    )
  } catch (err) {
    core.log.warn(
      { err, kind: message.kind, messageId: message.id, attempts: message.attempts + 1 },
      'a message could not be delivered',
    )
    return false
  }
  await core.database.db.deleteFrom('outbox').where('id', '=', message.id).execute()
  return true
}

/** One guarded write: true for exactly one of all nodes that saw the message due. */
async function postpone({ database, now }: Needs, { id, attempts, due_at }: OutboxTable): Promise<boolean> {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20))
  const { numUpdatedRows } = await database.db
    .updateTable('outbox')
    .set({ attempts: attempts + 1, due_at: Math.round(now().getTime() + pauseMs * (1 + Math.random() / 4)) })
    .where('id', '=', id)
    .where('due_at', '=', due_at)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

async function dropExpired({ database, log, now }: Needs): Promise<void> {
  const expired = await database.db
    .selectFrom('outbox')
    .select(['id', 'kind'])
    .where('expires_at', '<=', now().getTime())
    .limit(BATCH)
    .execute()
  if (expired.length === 0) return
  for (const { id, kind } of expired)
    log.error({ kind, messageId: id }, 'a message was given up: it could not be delivered in time')
  await database.db
    .deleteFrom('outbox')
    .where(
      'id',
      'in',
      expired.map(({ id }) => id),
    )
    .execute()
}
