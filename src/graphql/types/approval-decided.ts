import type { StoredApproval } from '../../approvals/rows.ts'
import type { Core } from '../../core.ts'
import { NotFound, TemporarilyUnavailable } from '../../errors/standard.ts'
import { findByCode } from '../../operations/find-approval.ts'
import type { Builder } from '../builder.ts'
import { coreOf } from '../context.ts'
import type { CoreRefs } from '../refs.ts'
import { held } from './approval.ts'

/** Streams that one node keeps open, and one address of them. */
const MOST_STREAMS = 5000
const MOST_STREAMS_OF_ONE_ADDRESS = 100

/** Counts what is open. One a server, so that servers in one process do not share it. */
class OpenStreams {
  #all = 0
  readonly #byAddress = new Map<string, number>()

  /** @throws {TemporarilyUnavailable} when too many are open */
  open(address: string): () => void {
    const ofAddress = this.#byAddress.get(address) ?? 0
    if (this.#all >= MOST_STREAMS || ofAddress >= MOST_STREAMS_OF_ONE_ADDRESS) {
      throw new TemporarilyUnavailable({
        message: 'Too many streams are open. Try again shortly.',
        retryAfterSeconds: 5,
      })
    }
    this.#all++
    this.#byAddress.set(address, ofAddress + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      this.#all--
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left > 0) this.#byAddress.set(address, left)
      else this.#byAddress.delete(address)
    }
  }
}

/** Adds the subscription that tells a waiting app of its user's decision, so that it need not poll. */
export function addApprovalDecided(builder: Builder, { Approval }: CoreRefs): void {
  const streams = new OpenStreams()
  builder.subscriptionField('approvalDecided', (t) =>
    t.field({
      type: Approval,
      nullable: true,
      subGraphs: ['public'],
      extensions: { checksCredential: true },
      description:
        'Tells once that the approval behind a code was decided or has expired, at once where it was already. Whoever holds the code may listen.',
      args: {
        code: t.arg.string({
          required: true,
          description: 'What the app was given to claim with: the code, or a device code.',
        }),
      },
      subscribe: async (_root, { code }, context) => {
        const core = coreOf(context)
        const close = streams.open(context.facts.address ?? '')
        try {
          const { address, id: requestId } = context.facts
          const approval = await findByCode(core, code, { address, requestId })
          if (!approval) throw new NotFound({ message: 'Nothing has this code, or it is over.' })
          return decision(core, held(context, approval), close)
        } catch (error) {
          close()
          throw error
        }
      },
      resolve: (approval) => approval as unknown as StoredApproval,
    }),
  )
}

/**
 * One event and no more. Written by hand and not as a generator, because a generator that waits cannot be ended: who
 * leaves before the decision would be waited for until it expires.
 */
function decision(core: Pick<Core, 'approvals' | 'decisions' | 'now'>, approval: StoredApproval, close: () => void) {
  const left = new AbortController()
  let isOver = false
  const end = () => {
    isOver = true
    left.abort()
    close()
    return Promise.resolve({ done: true as const, value: undefined })
  }
  // Also where nobody ever asks for the event: an approval does not outlive its time, nor does its stream.
  const timer = setTimeout(end, Math.max(0, approval.expiresAt.getTime() - core.now().getTime()) + 60_000)
  timer.unref()
  const finish = () => {
    clearTimeout(timer)
    return end()
  }

  const iterator: AsyncIterableIterator<StoredApproval> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (isOver) return finish()
      const decided = await core.decisions.wait(approval, left.signal)
      const wasLeft = isOver
      await finish()
      return wasLeft || !decided ? { done: true, value: undefined } : { done: false, value: decided }
    },
    return: finish,
    throw: finish,
  }
  return iterator
}
