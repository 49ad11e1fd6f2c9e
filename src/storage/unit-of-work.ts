import type { Kysely, Transaction } from 'kysely'
import type { TransactionOptions } from './database.ts'
import type { DialectFacts } from './dialect.ts'
import { OutcomeUnknown, someCause, unavailable } from './outcome.ts'
import { pause } from './pause.ts'

const MAX_TRIES = 8

interface UnitOfWork<Tables, T> extends TransactionOptions<Tables, T> {
  readonly db: Kysely<Tables>
  readonly dialect: DialectFacts
  readonly deadlineMs: number
  readonly work: (trx: Transaction<Tables>) => Promise<T>
}

/** Runs one unit of work as `Database.transaction` promises. */
export async function runUnitOfWork<Tables, T>(unit: UnitOfWork<Tables, T>): Promise<T> {
  const until = performance.now() + unit.deadlineMs
  let isAnyOutcomeUnknown = false
  for (let tries = 1; ; tries++) {
    try {
      return await unit.db.transaction().execute(unit.work)
    } catch (error) {
      const isOutcomeUnknown = someCause(error, (cause) => cause instanceof OutcomeUnknown)
      isAnyOutcomeUnknown ||= isOutcomeUnknown
      // A COMMIT that was still on its way when it was looked up may have landed since; then this try lost against its
      // own elder, and what it threw (say: the code is used) is not the truth. So before any verdict, look again.
      if (isAnyOutcomeUnknown) {
        const settled = await settle(unit, error, until)
        if (settled !== undefined) return settled
      }
      if (!isOutcomeUnknown && !unit.dialect.isRetryable(error)) throw error
      if (tries >= MAX_TRIES || performance.now() >= until) throw unavailable(error)
      await pause(tries)
    }
  }
}

async function settle<Tables, T>(unit: UnitOfWork<Tables, T>, error: unknown, until: number): Promise<T | undefined> {
  if (unit.settle === undefined) throw unavailable(error)
  for (let tries = 1; ; tries++) {
    try {
      return await unit.settle(unit.db)
    } catch (lookUpError) {
      if (!unit.dialect.isUnavailable(lookUpError)) throw lookUpError
      if (tries >= MAX_TRIES || performance.now() >= until) throw unavailable(error)
      await pause(tries)
    }
  }
}
