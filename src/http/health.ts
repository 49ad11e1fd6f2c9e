import type { Core } from '../core.ts'
import { type Answer, noStore } from '../rest/answer.ts'

const DEADLINE_MS = 2000
/** Asking more often asks no database: the path is open to everybody. */
const REMEMBERED_MS = 500

export interface Health {
  live(): Answer
  /** 503 while the server drains, or where the token path is stuck: the database or the signing key is away. */
  ready(): Promise<Answer>
  /** From now on the server is not ready. */
  drain(): void
}

export function createHealth(core: Pick<Core, 'database' | 'keys' | 'log' | 'policy'>): Health {
  let isDraining = false
  let asked: Promise<string | undefined> | undefined
  let askedAt = Number.NEGATIVE_INFINITY

  const ask = (): Promise<string | undefined> => {
    if (asked && performance.now() - askedAt < REMEMBERED_MS) return asked
    askedAt = performance.now()
    asked = whatIsWrong(core)
    return asked
  }

  return {
    live: () => noStore(200, { status: 'live' }),
    async ready() {
      const wrong = isDraining ? 'draining' : await ask()
      if (wrong === undefined) return noStore(200, { status: 'ready' })
      const answer = noStore(503, { status: 'not ready', because: wrong })
      return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } }
    },
    drain() {
      isDraining = true
    },
  }
}

async function whatIsWrong({
  database,
  keys,
  log,
  policy,
}: Pick<Core, 'database' | 'keys' | 'log' | 'policy'>): Promise<string | undefined> {
  const hasKey = keys.list().some(({ algorithm, state }) => algorithm === policy.algorithm && state === 'active')
  if (!hasKey) return 'no signing key'
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The database did not answer in time.')), DEADLINE_MS)
  })
  try {
    await Promise.race([database.probe(), late])
    return undefined
  } catch (err) {
    log.warn({ err }, 'not ready')
    return 'the database does not answer'
  } finally {
    clearTimeout(timer)
  }
}
