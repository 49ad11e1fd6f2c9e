import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/libexec']

/** The path of a program of this machine; undefined where it is not installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  return names.flatMap((name) => FOLDERS.map((folder) => join(folder, name))).find((path) => existsSync(path))
}

export interface NeededProgram {
  /** What it is called in a sentence. */
  readonly title: string
  readonly names: readonly string[]
  readonly debianPackages: readonly string[]
  /** What else can be done where it cannot be installed from here. */
  readonly otherwise?: string
}

/**
 * The path of a program that the tests need. Where it is missing, and this is root on Debian, its packages are installed.
 *
 * @throws {Error} with a sentence about what to do, where it cannot be installed from here
 */
export async function needProgram({ title, names, debianPackages, otherwise }: NeededProgram): Promise<string> {
  const found = findProgram(...names)
  if (found !== undefined) return found
  const install = `apt-get install ${debianPackages.join(' ')}`
  if (process.getuid?.() === 0 && findProgram('apt-get') !== undefined) {
    console.log(`The tests need ${title}, and this machine has none. Installing it with apt-get …`)
    await runProgram('apt-get', ['update'], 'inherit')
    await runProgram('apt-get', ['install', '--yes', '--no-install-recommends', ...debianPackages], 'inherit')
    const installed = findProgram(...names)
    if (installed !== undefined) return installed
  }
  throw new Error(`The tests need ${title}: install it (on Debian: ${install})${otherwise ? `, ${otherwise}` : ''}.`)
}

/** Runs a program to its end. @throws {Error} with what it said, when it fails */
export async function runProgram(
  command: string,
  parameters: readonly string[],
  output: 'inherit' | 'pipe' = 'pipe',
): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const child = spawn(command, parameters, { env, stdio: ['ignore', output, output] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk
    })
  }
  const code = await exited(child)
  if (code !== 0) throw new Error(`${command} failed with exit code ${code}.\n${said}`)
}

/** The exit code of a child, when it has ended; null where a signal ended it. */
export function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}
