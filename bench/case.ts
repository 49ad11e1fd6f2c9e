import type { Config } from '../src/config/define-config.ts'
import type { Workbench } from './workbench.ts'

/** Requests of one kind, ready to be sent. They travel from the server's process to the load's as JSON. */
export interface Requests {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** They are sent in turn. */
  readonly bodies: readonly string[]
}

/** One operation to measure. Its file in `bench/cases/` is its name; the name begins with `rest-` or `graphql-`. */
export interface BenchCase {
  /** As PERFORMANCE.md names the operation. */
  readonly title: string
  /** CPU milliseconds of the server per request, at most. */
  readonly targetMs: number
  /** The signature that each request takes, and that its floor therefore holds. Defaults to none. */
  readonly signs?: 'ES256' | 'RS256'
  /** What differs from the default deployment. */
  readonly config?: Partial<Config>
  /** Each body can be sent once, so that `prepare` must make as many as it is asked for. Defaults to false. */
  readonly once?: boolean
  /** Fills the database, and makes the requests. Runs in the server's process, before anything is measured. */
  prepare(bench: Workbench, count: number): Promise<Requests>
  /** Whether a status of 200 with this body is what was asked for. */
  // biome-ignore lint/suspicious/noExplicitAny: each case knows the shape of its own answer
  isRight(body: any): boolean
}

/** Declares a case: the default export of a file in `bench/cases/`. */
export function defineCase(benchCase: BenchCase): BenchCase {
  return benchCase
}
