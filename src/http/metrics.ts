import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { definePlugin, type Plugin } from '../plugin/define-plugin.ts'
import type { Answer } from '../rest/answer.ts'

export interface RequestMeter {
  /** `path` is the route's pattern, undefined where none matched: what callers make up is no label. */
  observe(method: string, path: string | undefined, status: number, milliseconds: number): void
}

/** What a server counts about itself, in a registry of its own: one process may run several. */
export interface Metrics {
  readonly meter: RequestMeter
  /** Counts what happens inside, through the door that observers of plugins have. */
  readonly plugin: Plugin
  countSwept(rows: Readonly<Record<string, number>>): void
  countJob(job: string, outcome: 'done' | 'failed'): void
  answer(): Promise<Answer>
  stop(): void
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const durations = new Histogram({
    name: 'grantql_http_request_seconds',
    help: 'Seconds from the arrival of a request to its answer, by route.',
    labelNames: ['method', 'path', 'status'],
    buckets: SECONDS,
    registers,
  })
  const issued = new Counter({
    name: 'grantql_tokens_issued_total',
    help: 'Tokens issued, by grant type.',
    labelNames: ['grant_type'],
    registers,
  })
  const revoked = new Counter({ name: 'grantql_tokens_revoked_total', help: 'Tokens revoked.', registers })
  const signIns = new Counter({
    name: 'grantql_sign_ins_total',
    help: 'Sign-ins, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const swept = new Counter({
    name: 'grantql_swept_rows_total',
    help: 'Expired rows deleted here, by table.',
    labelNames: ['table'],
    registers,
  })
  const jobs = new Counter({
    name: 'grantql_job_runs_total',
    help: 'Runs of background jobs here, by outcome.',
    labelNames: ['job', 'outcome'],
    registers,
  })
  const stopGauges = addProcessGauges(registers)

  /** prom-client looks labels up by text on each call; the routes are few. */
  const bound = new Map<string, { observe(seconds: number): void }>()
  return {
    meter: {
      observe(method, path, status, milliseconds) {
        const key = `${method} ${status} ${path}`
        let observer = bound.get(key)
        if (!observer) {
          observer = durations.labels(METHODS.has(method) ? method : 'other', path ?? 'none', String(status))
          bound.set(key, observer)
        }
        observer.observe(milliseconds / 1000)
      },
    },
    plugin: definePlugin()({
      id: 'metrics',
      on: {
        tokenIssued: ({ grantType }) => issued.inc({ grant_type: grantType }),
        tokenRevoked: () => revoked.inc(),
        signedIn: () => signIns.inc({ outcome: 'done' }),
        signInFailed: () => signIns.inc({ outcome: 'failed' }),
      },
    }),
    countSwept(rows) {
      for (const [table, count] of Object.entries(rows)) if (count > 0) swept.inc({ table }, count)
    },
    countJob: (job, outcome) => jobs.inc({ job, outcome }),
    async answer() {
      return {
        status: 200,
        headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
        body: await registry.metrics(),
      }
    },
    stop: stopGauges,
  }
}

function addProcessGauges(registers: Registry[]): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  new Gauge({
    name: 'grantql_event_loop_lag_seconds',
    help: 'How late the event loop was since the last scrape, by quantile.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 99, 100])
        this.set({ quantile: String(quantile / 100) }, delay.percentile(quantile) / 1e9)
      delay.reset()
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_cpu_seconds_total',
    help: 'CPU seconds that the process has used.',
    registers,
    collect() {
      this.set(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6)
    },
  })
  return () => delay.disable()
}
