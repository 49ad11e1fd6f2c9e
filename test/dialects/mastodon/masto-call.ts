import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A call of one method of masto: `['v1', 'apps', 'create']`. */
export interface MastoCall {
  readonly url: string
  readonly api: 'oauth' | 'rest'
  readonly method: readonly string[]
  readonly params?: object
  readonly accessToken?: string
}

/** What it resolved with, or the `MastoHttpError` that it failed with. */
export interface MastoOutcome {
  // biome-ignore lint/suspicious/noExplicitAny: each method resolves with something else
  readonly result?: any
  readonly error?: { readonly statusCode: number; readonly message: string; readonly description?: string }
}

/** Calls masto in a process of its own. @throws where it failed with anything but a `MastoHttpError` */
export async function callMasto(call: MastoCall): Promise<MastoOutcome> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'masto-process.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(JSON.stringify(call))
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (printed === '') throw new Error(complaints)
  return JSON.parse(printed) as MastoOutcome
}
