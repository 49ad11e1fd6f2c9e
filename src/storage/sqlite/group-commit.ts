import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises'
import { Undone, unavailable } from '../outcome.ts'
import { pause } from '../pause.ts'
import { isBusy, translate } from './errors.ts'
import type { SqliteSession } from './session.ts'
import type { WriteUnit } from './write-unit.ts'

const MAX_GROUP = 64
const MAX_WAITING = 10_000
// Groups are short. Whoever asks seldom finds the lock taken each time while another process is busy.
const MAX_PAUSE_MS = 4

/**
 * The queue for the one writer of a database. Units that wait together share one BEGIN IMMEDIATE and one COMMIT, so
 * that the disk is waited for once; none is told of success before that COMMIT.
 */
export class GroupCommit {
  readonly #session: SqliteSession
  readonly #deadlineMs: number
  #waiting: WriteUnit[] = []
  #idle: Promise<void> | undefined
  #afterGroup: PromiseWithResolvers<void> | undefined

  /** @param deadlineMs how long a unit may wait for its turn, in milliseconds */
  constructor(session: SqliteSession, deadlineMs: number) {
    this.#session = session
    this.#deadlineMs = deadlineMs
  }

  add(unit: WriteUnit): void {
    if (this.#waiting.length >= MAX_WAITING) {
      unit.failed(unavailable(new Error(`More than ${MAX_WAITING} writes wait for SQLite.`)))
      return
    }
    this.#waiting.push(unit)
    this.#idle ??= this.#drain()
  }

  /** Resolves when no group is open, so that a read on the writer's own connection sees committed data only. */
  async betweenGroups(): Promise<void> {
    while (this.#afterGroup !== undefined) await this.#afterGroup.promise
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    while (this.#idle !== undefined) await this.#idle
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // COMMIT is synchronous. Whoever arrives in this turn of the event loop arrives before it, and shares it.
      await nextTurnOfTheLoop()
      await this.#runGroup()
    }
    this.#idle = undefined
  }

  async #runGroup(): Promise<void> {
    if (!(await this.#begin())) return
    this.#afterGroup = Promise.withResolvers()
    const done: WriteUnit[] = []
    try {
      for (let count = 0; count < MAX_GROUP && this.#session.isInTransaction; count++) {
        const unit = this.#next()
        if (unit === undefined) break
        if (await unit.run(this.#session)) done.push(unit)
      }
      this.#commit(done)
    } finally {
      const { resolve } = this.#afterGroup
      this.#afterGroup = undefined
      resolve()
    }
  }

  /** Waits for the lock without blocking the event loop; false when nobody waits for it any more. */
  async #begin(): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        this.#session.execute('begin immediate')
        return true
      } catch (error) {
        if (isBusy(error)) this.#failExpired(error)
        else this.#failAll(error)
        if (this.#waiting.length === 0) return false
        await pause(tries, MAX_PAUSE_MS)
      }
    }
  }

  #commit(done: readonly WriteUnit[]): void {
    try {
      if (!this.#session.isInTransaction) throw new Error('SQLite rolled the group back.')
      this.#session.execute(done.length > 0 ? 'commit' : 'rollback')
    } catch (error) {
      if (this.#session.isInTransaction) this.#session.execute('rollback')
      const lost = unavailable(new Undone('The group could not be committed.', { cause: error }))
      for (const unit of done) unit.failed(lost)
      return
    }
    for (const unit of done) unit.committed()
  }

  #next(): WriteUnit | undefined {
    const now = performance.now()
    for (let unit = this.#waiting.shift(); unit !== undefined; unit = this.#waiting.shift()) {
      if (now - unit.waitsSince < this.#deadlineMs) return unit
      unit.failed(unavailable(new Error(`A write waited for SQLite for more than ${this.#deadlineMs} ms.`)))
    }
    return undefined
  }

  #failExpired(cause: unknown): void {
    const oldest = performance.now() - this.#deadlineMs
    const expired = this.#waiting.filter((unit) => unit.waitsSince <= oldest)
    if (expired.length === 0) return
    this.#waiting = this.#waiting.filter((unit) => unit.waitsSince > oldest)
    // Not the raw "busy": the time for more tries is over.
    const reason = new Error(
      `SQLite was locked by others for more than ${this.#deadlineMs} ms: ${(cause as Error).message}`,
    )
    for (const unit of expired) unit.failed(unavailable(reason))
  }

  #failAll(error: unknown): void {
    const failed = this.#waiting
    this.#waiting = []
    for (const unit of failed) unit.failed(translate(error))
  }
}
