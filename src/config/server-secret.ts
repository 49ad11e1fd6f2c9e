import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generateId } from '../secrets/generate-id.ts'
import { createSealer, generateServerSecret } from '../secrets/sealing.ts'
import { toPath } from '../storage/sqlite/open.ts'
import { BootError } from './boot-error.ts'

/** Says how a secret is made, with what is there wherever this server runs. */
export const HOW_TO_MAKE_A_SECRET = `Make one with: node -p "crypto.randomBytes(32).toString('base64url')"`

/** True for the embedded database, which one machine has to itself. */
export function isEmbedded(databaseUrl: string): boolean {
  return databaseUrl.startsWith('sqlite:')
}

/** True for a database that ends with the process. */
export function isInMemory(databaseUrl: string): boolean {
  return isEmbedded(databaseUrl) && sqlitePath(databaseUrl) === ':memory:'
}

/** The file of an embedded database, or `:memory:`. */
export function sqlitePath(databaseUrl: string): string {
  return toPath(databaseUrl.slice('sqlite:'.length))
}

/** Where a deployment keeps its files: beside the SQLite file, else in `./data`. */
export function dataFolder(databaseUrl: string): string {
  return isEmbedded(databaseUrl) && !isInMemory(databaseUrl) ? dirname(sqlitePath(databaseUrl)) : 'data'
}

/** Where the secret of an embedded database is kept unless the environment gives one; undefined for any other database. */
export function secretPath(databaseUrl: string): string | undefined {
  return isEmbedded(databaseUrl) && !isInMemory(databaseUrl) ? join(dataFolder(databaseUrl), 'secret') : undefined
}

/**
 * The secret of a server whose environment gives none: for a SQLite file the one beside it, made where it is missing;
 * for a database in memory a new one each time.
 *
 * @throws {BootError} for a database that several servers may share, for they need the same secret
 */
export function findServerSecret(databaseUrl: string): string {
  if (!isEmbedded(databaseUrl)) throw new BootError(MISSING_SECRET)
  const path = secretPath(databaseUrl)
  return path === undefined ? generateServerSecret() : (readSecret(path) ?? makeSecret(path))
}

export const MISSING_SECRET = `GRANTQL_SECRET is not set, and every server of one database needs the same. ${HOW_TO_MAKE_A_SECRET}`

function readSecret(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new BootError(`The file ${path} with this server's secret cannot be read.`, { cause })
  }
  try {
    createSealer(text)
  } catch (cause) {
    throw new BootError(`The file ${path} does not hold a secret any more: bring it back from a backup.`, { cause })
  }
  return text
}

/** Whole and durable, or not there: of several processes that make one at once, one makes it and all use it. */
function makeSecret(path: string): string {
  const draft = `${path}.${generateId(new Date())}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeDurably(draft, `${generateServerSecret()}\n`)
    linkOnce(draft, path)
  } catch (cause) {
    throw new BootError(`The file ${path} cannot be written. Set GRANTQL_SECRET, or let this server write there.`, {
      cause,
    })
  } finally {
    rmSync(draft, { force: true })
  }
  const secret = readSecret(path)
  if (secret === undefined) throw new BootError(`The file ${path} has vanished while this server started.`)
  return secret
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    // The signing keys are sealed with it: a key that outlives its secret in a power cut would be lost.
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function linkOnce(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
