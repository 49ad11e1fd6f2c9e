import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { authorizationCode } from '../../../plugins/authorization-code/index.ts'
import { mastodon } from '../../../plugins/mastodon/index.ts'
import type { TestServer, TestServerOptions } from '../../support/server.ts'

/** A host at which everything speaks Mastodon. */
export const HOME = 'social.example'
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
export const CALLBACK = 'https://elk.example/back'

/** What a server needs to speak Mastodon. */
export const options = (): Omit<TestServerOptions, 'database'> => ({
  plugins: [authorizationCode(), mastodon({ hosts: [HOME] })],
})

const COMMANDS = [
  ...readFileSync(join(import.meta.dirname, 'commands.md'), 'utf8').matchAll(/^```bash\n([\s\S]*?)^```$/gm),
].map(([, command = '']) => command)

export interface CommandAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: each command answers something else
  readonly body: any
}

/**
 * Runs a command of the page by bash, as it is printed: its host and its placeholders are replaced, and nothing else.
 *
 * @param index of the command on the page, from 0
 */
export async function runCommand(
  { url }: Pick<TestServer, 'url'>,
  index: number,
  placeholders: Readonly<Record<string, string>> = {},
): Promise<CommandAnswer> {
  const printed = COMMANDS[index] ?? ''
  const command = Object.entries({ 'https://mastodon.example': url, ...placeholders }).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    printed.trimEnd(),
  )
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command} --silent --write-out '\\n%{http_code}'`])
  const [, body = '', status = ''] = /^([\s\S]*)\n(\d+)$/.exec(stdout) ?? []
  return { status: Number(status), body: JSON.parse(body) }
}

export interface Registered {
  readonly client_id: string
  readonly client_secret: string
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asks for
export type Json = any

export async function postJson(server: TestServer, path: string, body: unknown, headers = {}): Promise<CommandAnswer> {
  const response = await server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

/** An app that registered itself. */
export async function register(server: TestServer, more: Readonly<Record<string, unknown>> = {}): Promise<Registered> {
  const { body } = await postJson(server, '/api/v1/apps', {
    client_name: 'Elk',
    redirect_uris: [OUT_OF_BAND, CALLBACK],
    scopes: 'read write push',
    ...more,
  })
  return { client_id: body.client_id, client_secret: body.client_secret }
}
