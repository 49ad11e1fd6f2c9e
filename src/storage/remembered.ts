import type { Changes } from './changes.ts'

/** Milliseconds after which the database is asked again whatever the log said: for nodes whose clocks are far apart. */
const LONGEST_MS = 30_000

interface Entry<Value> {
  readonly value: Value
  readonly until: number
}

/**
 * A bounded memory of rows that change seldom. It holds nothing negative, forgets what it is told to, and asks the
 * database again whenever the change log is not fresh.
 */
export class Remembered<Value> {
  readonly #values = new Map<string, Entry<Value>>()
  readonly #loading = new Map<string, Promise<Value | undefined>>()
  readonly #load: (key: string) => Promise<Value | undefined>
  readonly #changes: Pick<Changes, 'isFresh'>
  readonly #most: number
  #generation = 0

  constructor(load: (key: string) => Promise<Value | undefined>, changes: Pick<Changes, 'isFresh'>, most = 10_000) {
    this.#load = load
    this.#changes = changes
    this.#most = most
  }

  /** The value if it is remembered and may be trusted: no promise, for hot paths. */
  peek(key: string): Value | undefined {
    const entry = this.#values.get(key)
    if (!entry || !this.#changes.isFresh() || performance.now() > entry.until) return undefined
    return entry.value
  }

  async get(key: string): Promise<Value | undefined> {
    const remembered = this.peek(key)
    if (remembered !== undefined) return remembered
    const loading = this.#loading.get(key)
    if (loading) return loading
    const generation = this.#generation
    const load = this.#load(key).finally(() => this.#loading.delete(key))
    this.#loading.set(key, load)
    const value = await load
    // What was read while something was forgotten may be what had to be forgotten.
    if (value !== undefined && generation === this.#generation) this.#remember(key, value)
    return value
  }

  forget(isStale: (value: Value) => boolean): void {
    this.#generation++
    this.#loading.clear()
    for (const [key, { value }] of this.#values) if (isStale(value)) this.#values.delete(key)
  }

  #remember(key: string, value: Value): void {
    if (this.#values.size >= this.#most) {
      const oldest = this.#values.keys().next().value
      if (oldest !== undefined) this.#values.delete(oldest)
    }
    this.#values.set(key, { value, until: performance.now() + LONGEST_MS })
  }
}
