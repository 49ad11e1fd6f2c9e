import { join } from 'node:path'
import { styleText } from 'node:util'
import type { Environment } from '../config/define-config.ts'
import { isLoopback } from '../config/issuer.ts'
import { dataFolder, isEmbedded } from '../config/server-secret.ts'
import type { Core } from '../core.ts'
import type { FirstRun } from './first-run.ts'
import { writeSecretFile } from './secret-file.ts'
import { tokenCall, tokenCommand, tokenScript } from './token-command.ts'
import { packageVersion } from './version.ts'

/** Where secrets may be told: on a terminal, which nobody keeps, else in a file that its owner alone may read. */
export type Audience = 'terminal' | 'file'

export interface Welcome {
  readonly core: Pick<Core, 'issuer' | 'registry'>
  readonly environment: Pick<Environment, 'databaseUrl'>
  readonly port: number
  /** What this start made; undefined on every later start. */
  readonly made: FirstRun | undefined
  readonly audience: Audience
}

/** The file for secrets that no terminal shows. */
export const firstRunPath = (databaseUrl: string): string => join(dataFolder(databaseUrl), 'first-run.txt')

/**
 * What the server says once it serves: what to open, and after the first start how to sign in and a command that gets a
 * token. Secrets that a terminal must not be told in clear are written to their file here.
 */
export function welcome(input: Welcome): string {
  const { core, environment, made } = input
  const rows: Row[] = [
    ['Open', core.issuer],
    ['Sign in', `${core.issuer}/sign-in`],
    ...(made ? signInRows(input, made) : []),
    ['GraphQL', `${core.issuer}/graphql`],
    ['Metadata', `${core.issuer}/.well-known/oauth-authorization-server`],
    ['Database', isEmbedded(environment.databaseUrl) ? environment.databaseUrl : hostOf(environment.databaseUrl)],
  ]
  const command = made && firstTokenCommand(input, made)
  const lines = [`${strong('GrantQL')} ${packageVersion()}`, '', ...rows.map(formatRow)]
  if (command !== undefined) lines.push('', 'Paste this to get a token for the demo app:', '')
  // The command stands at the margin, so that a selected line is the command and nothing else.
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n${command === undefined ? '' : `${command}\n`}\n`
}

type Row = readonly [label: string, value: string]

function formatRow([label, value]: Row): string {
  return `${styleText('dim', label.padEnd(10))} ${value}`
}

const strong = (text: string) => styleText(['bold', 'green'], text)

function signInRows({ environment, audience }: Welcome, made: FirstRun): Row[] {
  const { username, generatedPassword } = made
  if (generatedPassword === undefined) return [['', `as ${username}, with the password of GRANTQL_ADMIN_PASSWORD`]]
  if (audience === 'terminal') return [['', `as ${username}, password ${strong(generatedPassword)} (shown this once)`]]
  return [
    ['', `as ${username}, with the password in ${firstRunPath(environment.databaseUrl)} (read it, then delete it)`],
  ]
}

function firstTokenCommand({ core, environment, port, audience }: Welcome, made: FirstRun): string | undefined {
  const call = tokenCall(core.registry, reachableOrigin(core.issuer, port))
  const { demoApp } = made
  if (audience === 'terminal') return call && demoApp && tokenCommand(call, demoApp)
  if (made.generatedPassword !== undefined || demoApp !== undefined) {
    writeSecretFile(firstRunPath(environment.databaseUrl), secretText(core.issuer, made))
  }
  return call && demoApp && writeScript(environment.databaseUrl, tokenScript(call, demoApp))
}

function writeScript(databaseUrl: string, script: string): string {
  const path = join(dataFolder(databaseUrl), 'first-token.sh')
  writeSecretFile(path, script)
  return `sh ${/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`
}

function secretText(issuer: string, { username, generatedPassword, demoApp }: FirstRun): string {
  const rows: Row[] = [
    ['Sign in', `${issuer}/sign-in`],
    ['User name', username],
  ]
  if (generatedPassword !== undefined) rows.push(['Password', generatedPassword])
  if (demoApp !== undefined) rows.push(['Demo app', demoApp.clientId], ['Secret', demoApp.clientSecret])
  const lines = rows.map(([label, value]) => `${label.padEnd(10)} ${value}\n`)
  return `What GrantQL made at its first start. Read it, then delete it.\n\n${lines.join('')}`
}

/** Whoever pastes the command sits at this machine, where a public name may not lead here yet. */
function reachableOrigin(issuer: string, port: number): string {
  return isLoopback(new URL(issuer).hostname) ? issuer : `http://localhost:${port}`
}

/** The database without who we are there. */
function hostOf(databaseUrl: string): string {
  const { protocol, host, pathname } = new URL(databaseUrl)
  return `${protocol}//${host}${pathname}`
}
