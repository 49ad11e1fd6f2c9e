import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LogLevel } from '../src/log/create-log.ts'

/** What the measured process is asked. */
export type Question =
  | {
      readonly ask: 'open'
      /** The file that prepares the requests, within `bench/`. */
      readonly file: string
      readonly databaseUrl: string
      readonly logLevel: LogLevel
      /** How many requests will be sent at most. */
      readonly count: number
    }
  | { readonly ask: 'open-floor' }
  | { readonly ask: 'sign'; readonly algorithm: 'ES256' | 'RS256'; readonly count: number }
  | { readonly ask: 'cpu' }
  | { readonly ask: 'close' }

/** A process that is measured from outside, by questions and answers. */
export interface Child {
  readonly pid: number
  ask<Answer>(question: Question): Promise<Answer>
  /** CPU time that it has used, in milliseconds. */
  cpuMs(): Promise<number>
  close(): Promise<void>
}

/** Starts a file of `bench/` as the process to measure. */
export async function startChild(file: string, nodeOptions: readonly string[] = []): Promise<Child> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: ['--conditions=source', ...nodeOptions],
    serialization: 'advanced',
    // Its log goes nowhere.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const abandon = () => child.kill('SIGKILL')
  process.once('exit', abandon)
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      process.off('exit', abandon)
      resolve()
    }),
  )
  const ask = <Answer>(question: Question) => askChild<Answer>(child, question)
  return {
    pid: child.pid ?? 0,
    ask,
    async cpuMs() {
      const { user, system } = await ask<NodeJS.CpuUsage>({ ask: 'cpu' })
      return (user + system) / 1000
    },
    async close() {
      if (child.exitCode === null && child.connected) await ask({ ask: 'close' })
      await ended
    },
  }
}

function askChild<Answer>(child: ChildProcess, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The measured process ended.'))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      const { answer, error } = message as { answer: Answer; error?: string }
      if (error === undefined) resolve(answer)
      else reject(new Error(error))
    })
    child.send(question)
  })
}

/** In the measured process: answers questions, one after the other, until it is told to close. */
export function answerQuestions(answer: (question: Question) => Promise<unknown>): void {
  process.on('message', async (question: Question) => {
    process.send?.(await reply(answer, question))
    if (question.ask === 'close') process.disconnect?.()
  })
}

async function reply(answer: (question: Question) => Promise<unknown>, question: Question): Promise<object> {
  try {
    return { answer: question.ask === 'cpu' ? process.cpuUsage() : await answer(question) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
