import type { Audit, AuditEvent } from '../audit/audit.ts'
import { TooManyAttempts } from '../errors/standard.ts'
import { hashSecret } from '../secrets/hash-secret.ts'
import type { Database } from '../storage/database.ts'
import type { FindLimit, GuessLimitName } from './guess-limits.ts'
import { openGuessRows } from './guess-rows.ts'
import { ReachedLimits } from './reached-limits.ts'

/** Whom a guess or a use is counted against, by one of the limits. */
export interface GuessSubject {
  readonly limit: GuessLimitName
  /** Only its hash is stored. */
  readonly value: string
  /** What the audit row of a refusal says of the subject beside the limit; asked for once a window. */
  readonly describe?: () => Promise<Pick<AuditEvent, 'appId' | 'userId' | 'details'>>
}

/** A subject that has to wait. */
export interface ReachedLimit {
  readonly subject: GuessSubject
  readonly until: Date
}

/**
 * Failed guesses, and uses of what everybody may use, counted in the database for all nodes together. Windows are fixed:
 * they begin with the first one, count no more than the limit, and are not extended.
 */
export interface Guesses {
  /** Those of the subjects that have to wait. It asks the database, unless this node knows of one already. */
  reached(subjects: readonly GuessSubject[]): Promise<readonly ReachedLimit[]>
  /**
   * Counts a failure, or a use of what everybody may use, against each subject.
   *
   * @throws {TooManyAttempts} where a limit was reached already; then nobody is told what was wrong
   */
  count(subjects: readonly GuessSubject[], requestId?: string): Promise<void>
  /**
   * Counts a try against each subject before it is judged, and answers what takes that back for whoever was right: for what
   * has so few bits that no more than the limit may be judged, however many tries are sent at once.
   *
   * @throws {TooManyAttempts} where a limit is reached; then nothing is counted
   */
  reserve(subjects: readonly GuessSubject[], requestId?: string): Promise<() => Promise<void>>
  /** The error for whoever has to wait. The first refusal of a subject in its window is put on record. */
  refusal(reached: readonly ReachedLimit[], requestId?: string): Promise<InstanceType<typeof TooManyAttempts>>
}

export interface GuessesOptions {
  readonly database: Database
  readonly now: () => Date
  readonly audit: Pick<Audit, 'row' | 'insertRow'>
  readonly limits: FindLimit
}

export function openGuesses({ database, now, audit, limits }: GuessesOptions): Guesses {
  const rows = openGuessRows(database)
  const known = new ReachedLimits()
  const keyOf = ({ limit, value }: GuessSubject) => hashSecret(`${limit} ${value}`)

  const windowOf = async (subject: GuessSubject, at: Date): Promise<ReachedLimit | undefined> => {
    const key = keyOf(subject)
    const window = await rows.window(key, at)
    if (!window || window.counted < limits(subject.limit).most) return undefined
    known.add(key, window.endsAt)
    return { subject, until: window.endsAt }
  }
  const knownOf = (subject: GuessSubject, at: Date): ReachedLimit | undefined => {
    const until = known.until(keyOf(subject), at)
    return until && { subject, until }
  }

  const record = async ({ subject, until }: ReachedLimit, requestId: string | undefined) => {
    const key = keyOf(subject)
    if (!known.takeRecord(key)) return
    const { appId, userId, details } = (await subject.describe?.()) ?? {}
    const said = {
      ...details,
      limit: subject.limit,
      most: limits(subject.limit).most,
      until: until.toISOString(),
    }
    const row = audit.row({ kind: 'limit.reached', appId, userId, requestId, details: said })
    await database.transaction(async (trx) => {
      const isFirst = await rows.markRefused(trx, key, until, now())
      if (isFirst) await audit.insertRow(trx, row)
    })
  }

  const guesses: Guesses = {
    async reached(subjects) {
      const at = now()
      const remembered = subjects.map((subject) => knownOf(subject, at)).filter(isReached)
      if (remembered.length > 0) return remembered
      return (await Promise.all(subjects.map((subject) => windowOf(subject, at)))).filter(isReached)
    },

    async count(subjects, requestId) {
      const at = now()
      const reached: ReachedLimit[] = []
      for (const subject of subjects) {
        const present = knownOf(subject, at)
        const until = present?.until ?? (await rows.count(keyOf(subject), limits(subject.limit), at))
        if (!until) continue
        known.add(keyOf(subject), until)
        reached.push({ subject, until })
      }
      if (reached.length > 0) throw await guesses.refusal(reached, requestId)
    },

    async reserve(subjects, requestId) {
      const at = now()
      const counted: GuessSubject[] = []
      const takeBack = async () => {
        for (const subject of counted) {
          await rows.takeBack(keyOf(subject), limits(subject.limit), at)
          // Here alone a limit that is reached can be so no more. Other nodes find out when the window ends.
          known.forget(keyOf(subject))
        }
      }
      for (const subject of subjects) {
        const present = knownOf(subject, at)
        const until = present?.until ?? (await rows.count(keyOf(subject), limits(subject.limit), at))
        if (until) {
          await takeBack()
          known.add(keyOf(subject), until)
          throw await guesses.refusal([{ subject, until }], requestId)
        }
        counted.push(subject)
      }
      return takeBack
    },

    async refusal(reached, requestId) {
      try {
        for (const each of reached) await record(each, requestId)
      } catch (error) {
        // Whoever comes next puts it on record.
        for (const { subject } of reached) known.forget(keyOf(subject))
        throw error
      }
      const millis = Math.max(...reached.map(({ until }) => until.getTime())) - now().getTime()
      return new TooManyAttempts({ retryAfterSeconds: Math.max(1, Math.ceil(millis / 1000)) })
    },
  }
  return guesses
}

function isReached(found: ReachedLimit | undefined): found is ReachedLimit {
  return found !== undefined
}
