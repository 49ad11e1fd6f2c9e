import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { type Block, ROOT } from './documents.ts'

/** Where the documents say that the server is. */
export const DOCUMENTED = 'http://localhost:3000'

export interface SessionOptions {
  /** Where the server really is. */
  readonly url: string
  /** The folder that commands run in, as an operator has one. */
  readonly folder: string
  readonly variables?: Readonly<Record<string, string>>
  /** What happens meanwhile, where a block is marked `<!-- on: … -->`. */
  readonly events?: Readonly<Record<string, (session: Session) => Promise<void> | void>>
}

/** Members of answers whose values are of the moment. */
const VARYING = new Set(['exp', 'iat'])

/**
 * Goes through a document as its reader would: runs its commands and GraphQL documents in their order against a real
 * server, remembers what was answered, and puts that where a later block has `…`.
 */
export class Session {
  readonly #options: SessionOptions
  #variables: Readonly<Record<string, string>>
  /** What was answered so far, by the camelCase names of members. */
  readonly #known = new Map<string, string>()
  #output = ''

  constructor(options: SessionOptions) {
    this.#options = options
    this.#variables = options.variables ?? {}
  }

  /** What was answered last under that name. */
  known(name: string): string {
    return this.#known.get(name) ?? `nothing was answered as ${name}`
  }

  /** Runs what follows with these variables. */
  use(variables: Readonly<Record<string, string>>): void {
    this.#variables = variables
  }

  know(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) this.#known.set(name, value)
  }

  /** Does what a block says. @throws {Error} where it does not end as the document says */
  async follow({ language, text, note }: Block): Promise<void> {
    if (note?.startsWith('not run: ')) return
    const [, event] = /^on: (.+)$/.exec(note ?? '') ?? []
    if (event !== undefined) await this.#options.events?.[event]?.(this)
    switch (language) {
      case 'sh':
        this.#output = await this.#shell(text)
        return this.#remember(this.#output)
      case 'console':
        return this.#transcript(text)
      case 'graphql':
        this.#output = await this.#graphql(text)
        return this.#remember(this.#output)
      case 'json':
        return expectLike(JSON.parse(text), JSON.parse(this.#output))
    }
  }

  async #transcript(text: string): Promise<void> {
    for (const [, command = '', expected = ''] of text.matchAll(/^\$ ((?:.*\\\n)*.*)\n?((?:(?!\$ ).*\n?)*)/gm)) {
      this.#output = await this.#shell(command)
      this.#remember(this.#output)
      const said = this.#output.replaceAll(/ +$/gm, '').trim()
      if (!patternOf(expected.trim()).test(said)) {
        throw new Error(`\`${command}\` printed\n${said}\nand the document says\n${expected}`)
      }
    }
  }

  async #shell(command: string): Promise<string> {
    const { url, folder } = this.#options
    const grantql = `'${process.execPath}' --conditions=source '${join(ROOT, 'src/cli/grantql.ts')}'`
    const lines = command.split('\n').filter((line) => !/^\w+=\S*…$/.test(line))
    const script = lines
      .join('\n')
      .replaceAll('npm run grantql --', grantql)
      .replaceAll(DOCUMENTED, url)
      .replaceAll(/-u '[^']*…'/g, '-u "$CLIENT_ID:$CLIENT_SECRET"')
    const known = [...this.#known].map(([name, value]) => [upperSnake(name), value])
    const child = spawn('sh', ['-e', '-c', script], {
      cwd: folder,
      env: { PATH: await pathWithCurl(folder), ...Object.fromEntries(known), ...this.#variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const status = await new Promise((resolve) => child.once('close', resolve))
    if (status !== 0) throw new Error(`\`${command}\` ended with ${status}:\n${output}`)
    return output.replaceAll(url, DOCUMENTED)
  }

  async #graphql(document: string): Promise<string> {
    const [, path = '/graphql'] = /^# POST (\S+)/m.exec(document) ?? []
    const [, scheme] = /^# Authorization: (\w+)/m.exec(document) ?? []
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (scheme === 'Bearer') headers.authorization = `Bearer ${this.known('sessionToken')}`
    if (scheme === 'Basic') {
      headers.authorization = `Basic ${btoa(`${this.known('clientId')}:${this.known('clientSecret')}`)}`
    }
    const query = document.replaceAll(
      /\b(\w+): "[^"]*…"/g,
      (_, name: string) => `${name}: ${JSON.stringify(this.known(name))}`,
    )
    const body = JSON.stringify({ query })
    const response = await fetch(`${this.#options.url}${path}`, { method: 'POST', headers, body })
    return (await response.text()).replaceAll(this.#options.url, DOCUMENTED)
  }

  /** Remembers every text of a JSON answer by its name. The token of a session is not the one of an app. */
  #remember(output: string): void {
    let answer: unknown
    try {
      answer = JSON.parse(output)
    } catch {
      return
    }
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [name, member] of Object.entries(value)) {
        if (typeof member === 'string') this.#known.set(camel(name), member)
        if (name === 'token' && String(member).startsWith('gqs_')) this.#known.set('sessionToken', String(member))
        if (name === 'accessToken' || name === 'access_token') this.#known.set('token', String(member))
        visit(member)
      }
    }
    visit(answer)
  }
}

const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const upperSnake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

/** A text in which `…` stands for whatever is there, within a line; a line of its own stands for any lines. */
export function patternOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll(/^…$/gm, '[^]*?').replaceAll('…', '[^\\n]*?')}$`)
}

/** @throws {Error} where an answer is not what a document shows of it */
function expectLike(shown: unknown, answered: unknown, path = 'the answer'): void {
  const differs = () =>
    new Error(`${path} is ${JSON.stringify(answered)}, and the document says ${JSON.stringify(shown)}`)
  if (typeof shown === 'string') {
    if (typeof answered !== 'string' || !patternOf(shown).test(answered)) throw differs()
  } else if (typeof shown === 'object' && shown !== null) {
    if (typeof answered !== 'object' || answered === null) throw differs()
    if (Object.keys(shown).join() !== Object.keys(answered).join()) throw differs()
    for (const [name, value] of Object.entries(shown)) {
      const member = (answered as Record<string, unknown>)[name]
      if (VARYING.has(name) && typeof member === typeof value) continue
      expectLike(value, member, `${path}, ${name}`)
    }
  } else if (shown !== answered) throw differs()
}

/** curl is what the documents show. Where the machine has none, Node stands in for it: it runs on that anyway. */
async function pathWithCurl(folder: string): Promise<string> {
  const path = process.env.PATH ?? ''
  if (path.split(delimiter).some((entry) => existsSync(join(entry, 'curl')))) return path
  const own = join(folder, '.bin')
  await mkdir(own, { recursive: true })
  const script = `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, 'curl.ts')}' "$@"\n`
  await writeFile(join(own, 'curl'), script)
  await chmod(join(own, 'curl'), 0o755)
  return `${own}${delimiter}${path}`
}
