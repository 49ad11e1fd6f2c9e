import { readFileSync } from 'node:fs'
import type { PoolOptions } from 'mysql2'

const CONNECT_TIMEOUT_MS = 3_000
const IDLE_TIMEOUT_MS = 60_000
const HINT = 'Write it as mysql://user:password@host:3306/name, with special characters percent-encoded.'

/**
 * Reads a `mysql://` URL. Nothing of it but address, credentials, database and TLS becomes an option of the client.
 *
 * @throws {Error} with a sentence that never repeats the password
 */
export function toPoolOptions(url: string, poolSize: number): PoolOptions {
  const { hostname, port, username, password, pathname, searchParams } = parse(url)
  const database = decode(pathname.slice(1))
  if (hostname === '') throw new Error(`The database URL names no host. ${HINT}`)
  if (username === '') throw new Error(`The database URL names no user. ${HINT}`)
  if (database === '' || database.includes('/')) throw new Error(`The database URL names no database. ${HINT}`)
  return {
    // The brackets of an IPv6 address belong to the URL.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 3306 : Number(port),
    user: decode(username),
    password: decode(password),
    database,
    ...toTls(searchParams),
    connectionLimit: poolSize,
    maxIdle: poolSize,
    idleTimeout: IDLE_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    jsonStrings: true,
    // A second wall behind the guard of parameters: an object never becomes SQL.
    stringifyObjects: true,
    flags: ['-LOCAL_FILES'],
  }
}

function parse(url: string): URL {
  try {
    return new URL(url)
  } catch {
    // The cause would carry the URL, and with it the password.
    throw new Error(`The database URL cannot be read. ${HINT}`)
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Error(`The database URL has a stray percent sign. ${HINT}`)
  }
}

function toTls(parameters: URLSearchParams): Pick<PoolOptions, 'ssl'> {
  for (const name of parameters.keys()) {
    if (name !== 'ssl' && name !== 'ssl-ca') {
      throw new Error('The database URL has a parameter other than ssl and ssl-ca.')
    }
  }
  const ssl = parameters.get('ssl')
  const authorityPath = parameters.get('ssl-ca')
  if (ssl !== null && ssl !== 'true' && ssl !== 'false') throw new Error('ssl in the database URL is true or false.')
  if (authorityPath !== null) return { ssl: { ca: readFileSync(authorityPath, 'utf8') } }
  return ssl === 'true' ? { ssl: {} } : {}
}
