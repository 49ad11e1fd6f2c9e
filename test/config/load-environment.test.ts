import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { BootError } from '../../src/config/boot-error.ts'
import { loadEnvironment, type Variables } from '../../src/config/load-environment.ts'

const SECRET = 'a-secret-of-this-server-0123456789-abcdef'
const MEMORY = { DATABASE_URL: 'sqlite::memory:' }

function mistakesOf(variables: Variables): string[] {
  try {
    loadEnvironment({ ...MEMORY, ...variables })
  } catch (error) {
    if (error instanceof BootError) return error.message.split('\n')
    throw error
  }
  return []
}

describe('the environment', () => {
  it('has a default for everything', async () => {
    const folder = await mkdtemp(join(inject('testFolder'), 'environment-'))
    const environment = loadEnvironment({ DATABASE_URL: `sqlite:${folder}/grantql.db` })
    expect(environment).toMatchObject({
      port: 3000,
      issuer: 'http://localhost:3000',
      logLevel: 'info',
      adminUsername: 'admin',
    })
    expect(environment.adminPassword).toBeUndefined()
  })

  it('is read as it is given', () => {
    const given = {
      PORT: '8080',
      ISSUER: 'https://auth.example.com',
      DATABASE_URL: 'mysql://grantql:p%40ss@db.example:3307/grantql',
      GRANTQL_SECRET: SECRET,
      GRANTQL_ADMIN_USERNAME: 'ada',
      GRANTQL_ADMIN_PASSWORD: 'a long enough password',
      LOG_LEVEL: 'debug',
    }
    expect(loadEnvironment(given)).toEqual({
      port: 8080,
      issuer: 'https://auth.example.com',
      databaseUrl: given.DATABASE_URL,
      secret: SECRET,
      logLevel: 'debug',
      adminUsername: 'ada',
      adminPassword: 'a long enough password',
    })
  })

  it('derives the issuer from the port', () => {
    expect(loadEnvironment({ ...MEMORY, PORT: '4000' }).issuer).toBe('http://localhost:4000')
  })

  it('takes an empty variable for one that is not set', () => {
    const empty = {
      PORT: '',
      ISSUER: ' ',
      GRANTQL_SECRET: '',
      GRANTQL_ADMIN_USERNAME: '',
      LOG_LEVEL: '',
      GRANTQL_ADMIN_PASSWORD: '',
    }
    expect(loadEnvironment({ ...MEMORY, ...empty })).toMatchObject({ port: 3000, adminPassword: undefined })
  })

  it('names every mistake at once, and repeats no value', () => {
    const wrong = {
      PORT: 'eighty-port',
      ISSUER: 'https://auth.example.com/wrong-issuer',
      DATABASE_URL: 'mysql://user:wrong-password@/wrong-name?wrong=1',
      GRANTQL_SECRET: 'wrong-secret',
      GRANTQL_ADMIN_USERNAME: 'wrong name',
      LOG_LEVEL: 'wrong-level',
    }
    const mistakes = mistakesOf(wrong)
    expect(mistakes).toHaveLength(6)
    for (const name of ['PORT', 'ISSUER', 'DATABASE_URL', 'GRANTQL_SECRET', 'GRANTQL_ADMIN_USERNAME', 'LOG_LEVEL']) {
      expect(mistakes.filter((sentence) => sentence.startsWith(name))).toHaveLength(1)
    }
    expect(mistakes.join(' ')).not.toMatch(/wrong/)
  })

  it('refuses MySQL without a secret, beside the other mistakes, and says how to make one', () => {
    const mistakes = mistakesOf({ DATABASE_URL: 'mysql://user:hidden@db.example/grantql', PORT: '0' })
    expect(mistakes).toHaveLength(2)
    expect(mistakes.join(' ')).toMatch(/PORT is .*GRANTQL_SECRET is not set.*node -p/)
    expect(mistakes.join(' ')).not.toMatch(/hidden/)
  })

  it.each(['0', '65536', '-1', '3000.5', '0x10', '1e3', ' 3000', '٣٠٠٠'])('refuses the port %j', (port) => {
    expect(mistakesOf({ PORT: port })).toEqual(['PORT is a whole number from 1 to 65535.'])
  })

  it.each(['short', `${SECRET},short`, `${SECRET},`])('refuses a secret that is too short: %j', (secret) => {
    expect(mistakesOf({ GRANTQL_SECRET: secret })).toEqual([expect.stringMatching(/^GRANTQL_SECRET is too short/)])
  })

  it('takes an old secret after a new one', () => {
    const both = `${SECRET},${SECRET.toUpperCase()}`
    expect(loadEnvironment({ ...MEMORY, GRANTQL_SECRET: both }).secret).toBe(both)
  })

  it.each([
    'postgres://x',
    'grantql.db',
    'sqlite:',
    '/var/lib/grantql.db',
    'mysql',
    'mysql://host/name',
    'mysql://user:p@host',
  ])('refuses the database %j', (url) => {
    expect(mistakesOf({ DATABASE_URL: url, GRANTQL_SECRET: SECRET })).toEqual([expect.stringMatching(/^DATABASE_URL /)])
  })
})

describe('the issuer', () => {
  it.each([
    'https://auth.example.com',
    'https://auth.example.com:8443',
    'http://localhost:3000',
    'http://auth.localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])('may be %s', (issuer) => {
    expect(mistakesOf({ ISSUER: issuer })).toEqual([])
  })

  it.each([
    'https://auth.example.com/',
    'https://auth.example.com/path',
    'https://auth.example.com?query',
    'https://auth.example.com#fragment',
    'https://auth.example.com:443',
    'https://Auth.example.com',
    'https://user:pass@auth.example.com',
    'https://bücher.example',
    'ftp://localhost',
    'localhost:3000',
    'auth.example.com',
    'https://',
  ])('is not %s', (issuer) => {
    expect(mistakesOf({ ISSUER: issuer })).toEqual([expect.stringMatching(/^ISSUER is scheme, host and port alone/)])
  })

  it.each([
    'http://auth.example.com',
    'http://192.168.1.1:3000',
    'http://localhost.example.com',
    'http://0.0.0.0:3000',
  ])('is https away from this machine, so not %s', (issuer) => {
    expect(mistakesOf({ ISSUER: issuer })).toEqual([expect.stringMatching(/^ISSUER must be https/)])
  })
})
