import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { BootError } from '../config/boot-error.ts'

/** The variable that may hold a new password where there is no terminal to type it on. */
export const PASSWORD_VARIABLE = 'GRANTQL_PASSWORD'

/**
 * A new password: from the environment, typed twice on a terminal without echo, or the first line of the input. Never from
 * the arguments, which every user of the machine can read.
 */
export async function askPassword(): Promise<string> {
  const given = process.env[PASSWORD_VARIABLE]
  if (given) return given
  if (!process.stdin.isTTY) return readFirstLine()
  const password = await askHidden('Password: ')
  if ((await askHidden('Once more: ')) !== password)
    throw new BootError('The two passwords differ; nothing was changed.')
  return password
}

async function askHidden(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true })
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort())
  terminal.on('close', () => interrupted.abort())
  process.stderr.write(question)
  try {
    return await terminal.question('', { signal: interrupted.signal })
  } catch (cause) {
    throw new BootError('No password was given; nothing was changed.', { cause })
  } finally {
    process.stderr.write('\n')
    terminal.close()
  }
}

async function readFirstLine(): Promise<string> {
  const input = createInterface({ input: process.stdin })
  try {
    for await (const line of input) if (line !== '') return line
  } finally {
    input.close()
  }
  throw new BootError(`No password was given: type it on a terminal, pipe it in, or set ${PASSWORD_VARIABLE}.`)
}
