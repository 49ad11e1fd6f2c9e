import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** Resolves when it printed the line; rejects when it ended before. */
  said(line: string): Promise<void>
  /** What it printed, when it has ended well. */
  done(): Promise<string[]>
  /** The whole lines that it printed before it was killed. */
  killed(): Promise<string[]>
}

/** Starts a script of this folder in a process of its own. */
export function startChild(script: string, ...parameters: string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', '--no-warnings', path, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  const ended = Promise.withResolvers<void>()
  child.stdout.on('data', (chunk) => {
    output += chunk
    child.emit('said')
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.once('close', () => ended.resolve())
  const lines = () => output.split('\n').filter((line) => line !== '')
  return {
    process: child,
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = () => lines().includes(line) && resolve()
        look()
        child.on('said', look)
        child.once('close', () => reject(new Error(`The child ended without saying "${line}".\n${errors}`)))
      }),
    async killed() {
      await ended.promise
      return output
        .split('\n')
        .slice(0, -1)
        .filter((line) => line !== 'ready')
    },
    async done() {
      await ended.promise
      if (child.exitCode !== 0)
        throw new Error(`The child ended with ${child.exitCode ?? child.signalCode}.\n${errors}`)
      return lines()
    },
  }
}
