import type { Pool, PoolConnection } from 'mysql2'
import { PoolExhausted } from './errors.ts'
import { MysqlLink } from './link.ts'
import { prepareSession } from './session.ts'

// Below what balancers and firewalls forget a silent connection after; it costs one round trip in that time.
const PING_AFTER_MS = 5_000
const PING_TIMEOUT_MS = 1_000
const CLOSE_TIMEOUT_MS = 2_000
const WAITING_PER_CONNECTION = 100

interface LinkState {
  readonly link: MysqlLink
  readonly generation: number
}

/** A pool whose connections are set up before their first use, and which nobody waits for without bounds. */
export class LinkPool {
  readonly #pool: Pool
  readonly #maxWaiting: number
  readonly #states = new WeakMap<PoolConnection, LinkState>()
  #waiting = 0
  #generation = 0

  constructor(pool: Pool, size: number) {
    this.#pool = pool
    this.#maxWaiting = size * WAITING_PER_CONNECTION
  }

  /**
   * Lends a connection that was set up and, after a silence, answered a ping.
   *
   * @param timeoutMs how long to wait for it
   * @throws what the network says, or an Error when too many wait or the time is over
   */
  async acquire(timeoutMs: number): Promise<MysqlLink> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const raw = await this.#take(Math.max(1, until - performance.now()))
      const link = await this.#fit(raw, Math.max(1, until - performance.now()))
      if (link !== undefined) return link
    }
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    // A server that hangs does not say goodbye.
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
    this.#pool.end(() => resolve())
    await promise
    clearTimeout(timer)
  }

  #take(timeoutMs: number): Promise<PoolConnection> {
    if (this.#waiting >= this.#maxWaiting)
      throw new PoolExhausted(`More than ${this.#maxWaiting} wait for a connection.`)
    this.#waiting++
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        this.#waiting--
        reject(new PoolExhausted(`There was no connection to the database within ${Math.round(timeoutMs)} ms.`))
      }, timeoutMs)
      this.#pool.getConnection((error, raw) => {
        if (isLate) return error === null ? raw.release() : undefined
        clearTimeout(timer)
        this.#waiting--
        if (error === null) resolve(raw)
        else reject(error)
      })
    })
  }

  /** Undefined where the connection is of no use and another one should be taken. */
  async #fit(raw: PoolConnection, timeoutMs: number): Promise<MysqlLink | undefined> {
    const state = this.#states.get(raw)
    if (state === undefined) return this.#setUp(raw, timeoutMs)
    const { link, generation } = state
    // One that broke says that its elders are likely dead too: after a restart or a failover all of them are.
    if (generation < this.#generation || link.isGone) {
      link.discard()
      return undefined
    }
    if (performance.now() - link.lastUsedAt < PING_AFTER_MS) return link
    try {
      await link.query('select 1', [], Math.min(PING_TIMEOUT_MS, timeoutMs))
      return link
    } catch {
      link.discard()
      return undefined
    }
  }

  async #setUp(raw: PoolConnection, timeoutMs: number): Promise<MysqlLink> {
    const generation = this.#generation
    const link = new MysqlLink(raw, () => {
      this.#generation = Math.max(this.#generation, generation + 1)
    })
    try {
      await prepareSession((sql) => link.query(sql, [], timeoutMs))
    } catch (error) {
      link.discard()
      throw error
    }
    this.#states.set(raw, { link, generation })
    return link
  }
}
