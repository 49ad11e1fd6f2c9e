import { z } from 'zod'
import { LOG_LEVELS } from '../log/create-log.ts'
import { createSealer } from '../secrets/sealing.ts'
import { toPoolOptions } from '../storage/mysql/pool-options.ts'
import { usernameKey } from '../users/username.ts'
import { BootError } from './boot-error.ts'
import type { Environment } from './define-config.ts'
import { issuerMistake } from './issuer.ts'
import { findServerSecret, isEmbedded, MISSING_SECRET } from './server-secret.ts'

/** Environment variables, as Node has them. */
export type Variables = Readonly<Record<string, string | undefined>>

const isPort = (text: string) => /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

/** A text that is right when `mistake` finds nothing, and otherwise adds its sentence. It must not repeat the text. */
const checked = (mistake: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const message = mistake(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

const SHAPE = z.object({
  PORT: z.string().refine(isPort, 'PORT is a whole number from 1 to 65535.').default('3000').transform(Number),
  ISSUER: checked(issuerMistake).optional(),
  DATABASE_URL: checked(databaseMistake).default('sqlite:./data/grantql.db'),
  GRANTQL_SECRET: checked(secretMistake).optional(),
  GRANTQL_ADMIN_USERNAME: z
    .string()
    .refine((name) => usernameKey(name) !== undefined, {
      error: 'GRANTQL_ADMIN_USERNAME has 1 to 64 letters, digits or . _ @ + - and begins with a letter or digit.',
    })
    .default('admin'),
  GRANTQL_ADMIN_PASSWORD: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `LOG_LEVEL is one of ${LOG_LEVELS.join(', ')}.`).default('info'),
})

/**
 * Reads the environment. An empty variable counts as one that is not set. On SQLite a missing secret is made.
 *
 * @throws {BootError} with a sentence for each mistake, none of which repeats a value
 */
export function loadEnvironment(variables: Variables = process.env): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const parsed = SHAPE.safeParse(given)
  const mistakes = parsed.success ? [] : parsed.error.issues.map(({ message }) => message)
  // Outside of the shape, which would be silent about it while anything else is wrong.
  const databaseUrl = given.DATABASE_URL
  if (databaseUrl !== undefined && /^(?:mysql|mariadb):/.test(databaseUrl) && given.GRANTQL_SECRET === undefined) {
    mistakes.push(MISSING_SECRET)
  }
  if (!parsed.success || mistakes.length > 0) throw new BootError(mistakes.join('\n'))

  const { PORT: port, ISSUER, DATABASE_URL, GRANTQL_SECRET } = parsed.data
  return {
    port,
    issuer: ISSUER ?? `http://localhost:${port}`,
    databaseUrl: DATABASE_URL,
    secret: GRANTQL_SECRET ?? findServerSecret(DATABASE_URL),
    logLevel: parsed.data.LOG_LEVEL,
    adminUsername: parsed.data.GRANTQL_ADMIN_USERNAME,
    adminPassword: parsed.data.GRANTQL_ADMIN_PASSWORD,
  }
}

function databaseMistake(url: string): string | undefined {
  if (isEmbedded(url))
    return url.length > 'sqlite:'.length ? undefined : 'DATABASE_URL names no file, such as sqlite:./data/grantql.db.'
  if (!/^(?:mysql|mariadb):/.test(url)) {
    return 'DATABASE_URL begins with sqlite: or mysql:, such as sqlite:./data/grantql.db or mysql://user:password@host:3306/name.'
  }
  return sentenceOf(() => toPoolOptions(url, 1), 'DATABASE_URL cannot be used. ')
}

function secretMistake(secret: string): string | undefined {
  return sentenceOf(() => createSealer(secret))
}

function sentenceOf(check: () => unknown, prefix = ''): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return `${prefix}${(error as Error).message}`
  }
}
