import type { Logger } from '../plugin/context.ts'
import type { Approvals } from './approvals.ts'
import type { StoredApproval } from './rows.ts'

const POLL_MS = 500
/** Keys a query asks for at most; more waiting apps take more queries. */
const BATCH = 500

/** Apps that wait for a decision. Each node asks the database once for all of them, so no other server is needed. */
export interface DecisionWaiters {
  /** Resolves when the approval is pending no more; with undefined when `signal` aborts or the approval is gone. */
  wait(approval: StoredApproval, signal: AbortSignal): Promise<StoredApproval | undefined>
  /** Wakes those who wait on this node at once. */
  notify(approval: StoredApproval): void
  stop(): void
}

export function watchDecisions(approvals: Pick<Approvals, 'byCodeKeys'>, log: Logger): DecisionWaiters {
  const waiting = new Map<string, { key: Buffer; wake: Set<(approval: StoredApproval | undefined) => void> }>()
  let timer: NodeJS.Timeout | undefined

  const wake = (name: string, approval: StoredApproval | undefined) => {
    const entry = waiting.get(name)
    waiting.delete(name)
    for (const resolve of entry?.wake ?? []) resolve(approval)
  }

  const poll = async () => {
    timer = undefined
    const asked = [...waiting]
    try {
      for (let start = 0; start < asked.length; start += BATCH) {
        const batch = asked.slice(start, start + BATCH)
        const found = await approvals.byCodeKeys(batch.map(([, { key }]) => key))
        const byName = new Map(found.map((approval) => [approval.id, approval]))
        for (const [name] of batch) {
          const approval = byName.get(name)
          if (approval?.status !== 'pending') wake(name, approval)
        }
      }
    } catch (cause) {
      log.warn({ err: cause }, 'decisions that apps wait for cannot be read')
    }
    if (waiting.size > 0) schedule()
  }
  const schedule = () => {
    timer ??= setTimeout(poll, POLL_MS)
    timer.unref()
  }

  return {
    wait(approval, signal) {
      if (approval.status !== 'pending') return Promise.resolve(approval)
      return new Promise((resolve) => {
        const entry = waiting.get(approval.id) ?? { key: approval.codeKey, wake: new Set() }
        waiting.set(approval.id, entry)
        const done = (decided: StoredApproval | undefined) => {
          signal.removeEventListener('abort', abort)
          resolve(decided)
        }
        const abort = () => {
          entry.wake.delete(done)
          if (entry.wake.size === 0) waiting.delete(approval.id)
          resolve(undefined)
        }
        entry.wake.add(done)
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort, { once: true })
        schedule()
      })
    },
    notify: (approval) => wake(approval.id, approval),
    stop() {
      clearTimeout(timer)
      for (const name of [...waiting.keys()]) wake(name, undefined)
    },
  }
}
