import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Core } from '../core.ts'
import { pluginContext } from '../operations/plugin-context.ts'
import { deliverOutbox } from './deliver-outbox.ts'
import { createLeasedRun } from './leased-run.ts'
import { rotateKeysWhenDue } from './rotate-keys.ts'
import { sweep } from './sweep.ts'

/** Work that repeats by itself. */
interface RepeatedWork {
  readonly name: string
  readonly everySeconds: number
  /** One node at a time does it. Defaults to false: every node for itself. */
  readonly isLeased?: boolean
  run(signal: AbortSignal): Promise<void>
}

export interface JobOptions {
  /** Seconds after which the signing keys are rotated. */
  readonly keyRotationSeconds: number
  countSwept(rows: Readonly<Record<string, number>>): void
  countJob(job: string, outcome: 'done' | 'failed'): void
}

export interface RunningJobs {
  /** Starts nothing more, tells what is under way to stop, and waits for it. */
  stop(): Promise<void>
}

/** Runs what a server does by itself, off the request path. A job that fails is logged and runs again at its time. */
export function runJobs(core: Core, options: JobOptions): RunningJobs {
  const stopping = new AbortController()
  const leased = createLeasedRun(core.database, randomUUID())

  const repeat = async ({ name, everySeconds, isLeased, run }: RepeatedWork): Promise<void> => {
    while (await pause(everySeconds, stopping.signal)) {
      try {
        const hasRun = isLeased
          ? await leased(`job/${name}`, everySeconds, stopping.signal, run)
          : await run(stopping.signal).then(() => true)
        if (hasRun) options.countJob(name, 'done')
      } catch (err) {
        options.countJob(name, 'failed')
        core.log.error({ err, job: name }, 'a job failed')
      }
    }
  }

  const running = allWork(core, options).map(repeat)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

function allWork(core: Core, options: JobOptions): readonly RepeatedWork[] {
  return [
    {
      name: 'sweep',
      everySeconds: 60,
      isLeased: true,
      run: async (signal) => options.countSwept(await sweep(core, signal)),
    },
    {
      name: 'rotate-keys',
      everySeconds: 3600,
      isLeased: true,
      run: () => rotateKeysWhenDue(core, options.keyRotationSeconds),
    },
    { name: 'reload-keys', everySeconds: 60, run: () => core.keys.reload() },
    { name: 'outbox', everySeconds: 2, run: (signal) => deliverOutbox(core, signal) },
    ...core.registry.jobs.map(
      ({ id, everySeconds, pluginId, run }): RepeatedWork => ({
        name: `${pluginId}/${id}`,
        everySeconds,
        isLeased: true,
        run: () => run(pluginContext(core, pluginId)),
      }),
    ),
  ]
}

/** Waits, a little more or less, so that nodes that start together do not work together. False when it is time to stop. */
async function pause(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(seconds * 1000 * (0.9 + Math.random() * 0.2), undefined, { signal, ref: false })
    return true
  } catch {
    return false
  }
}
