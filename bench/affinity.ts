import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Where the server and what it is measured with run. */
export interface Affinity {
  /** For the reader: what was done. */
  readonly description: string
  /** Gives the process a processor that nothing else of the bench uses. */
  pinServer(pid: number): void
}

/** Moves this process, and so what it starts (the database), away from the first processor, where `taskset` exists. */
export function separate(): Affinity {
  const processors = availableParallelism()
  const others = processors > 2 ? `1-${processors - 1}` : '1'
  if (processors < 2 || !pin(process.pid, others)) {
    return {
      description: 'not pinned: server, load and database share the processors',
      pinServer: () => undefined,
    }
  }
  return {
    description: `pinned with taskset: the server on processor 0, load and database on ${others}`,
    pinServer: (pid) => pin(pid, '0'),
  }
}

function pin(pid: number, processors: string): boolean {
  try {
    execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', processors, String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
