/** Enough for every subject that one attacker can make wait, and little memory. */
const MOST = 10_000

interface Reached {
  readonly until: Date
  isOnRecord: boolean
}

/**
 * What one node knows of subjects that have to wait: a limit that is reached stays so until its window ends, so whoever
 * goes on guessing costs no database any more. Forgetting one costs a question, and changes no answer.
 */
export class ReachedLimits {
  readonly #reached = new Map<string, Reached>()

  add(key: Buffer, until: Date): void {
    const name = key.toString('latin1')
    if (this.#reached.get(name)?.until.getTime() === until.getTime()) return
    this.#reached.delete(name)
    if (this.#reached.size >= MOST) this.#forgetOldest()
    this.#reached.set(name, { until, isOnRecord: false })
  }

  until(key: Buffer, at: Date): Date | undefined {
    const reached = this.#reached.get(key.toString('latin1'))
    return reached && reached.until > at ? reached.until : undefined
  }

  /** True once a window: for who is to put the refusal on record. */
  takeRecord(key: Buffer): boolean {
    const reached = this.#reached.get(key.toString('latin1'))
    if (!reached || reached.isOnRecord) return false
    reached.isOnRecord = true
    return true
  }

  forget(key: Buffer): void {
    this.#reached.delete(key.toString('latin1'))
  }

  #forgetOldest(): void {
    const oldest = this.#reached.keys().next().value
    if (oldest !== undefined) this.#reached.delete(oldest)
  }
}
