import { randomUUID } from 'node:crypto'
import { definePlugin, formParams, param, type RequestFacts, type SignIn, TemporarilyUnavailable } from 'grantql/plugin'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import type { Core } from '../../src/core.ts'
import { createUser } from '../../src/operations/create-user.ts'
import { signIn } from '../../src/operations/sign-in.ts'
import type { TestClock } from '../../src/testing/clock.ts'
import type { User } from '../../src/users/user.ts'
import { facts, openTestCore, type TestCore } from '../support/core.ts'
import type { TestDatabase } from '../support/database.ts'

export const RIGHT = 'the right password'

const params = {
  username: param.string({ description: 'Your user name.' }),
  password: param.string({ description: 'Your password.', secret: true }),
}

let judging: Promise<unknown> = Promise.resolve()

/** Passwords that begin with `late` are judged only once this is through. */
export function judgeLate(when: Promise<unknown>): void {
  judging = when
}

/** Everybody has the same password, and nothing takes time but what is said to. */
const toySignIn: SignIn<typeof params> = {
  id: 'toy',
  label: 'Sign in',
  params,
  account: 'username',
  async verify(ctx, { username, password }) {
    if (password === 'too busy') throw new TemporarilyUnavailable()
    if (password.startsWith('late')) await judging
    const user = await ctx.users.findByName(username)
    return user && password.replace(/^late /, '') === RIGHT ? { userId: user.id, methods: ['pwd'] } : undefined
  },
  enroll: async () => async () => {},
}

/** Nothing in it can be guessed. */
const toyKey: SignIn<typeof params> = { ...toySignIn, id: 'toy-key', isGuessable: false }

export const toySignInPlugin = () =>
  definePlugin()({ id: 'toy-sign-in', signIns: [toySignIn as SignIn, toyKey as SignIn] })

/** A core whose sign-in costs nothing; another node of the same deployment where a URL is given. */
export function openGuessable(
  database: TestDatabase,
  node: { url?: string; clock?: TestClock } = {},
): Promise<TestCore> {
  return openTestCore(database, { plugins: [clientCredentials(), code(), refreshToken(), toySignInPlugin()], ...node })
}

let count = 0

/** A network in which nothing has happened yet. */
export function freshNetwork(): { address: (host?: number) => string } {
  const number = ++count
  return { address: (host = 1) => `10.${number >> 8}.${number & 0xff}.${host}` }
}

export async function freshUser(core: Core): Promise<User> {
  return createUser(core, undefined, { username: `u${randomUUID().slice(0, 8)}` })
}

export interface Try {
  readonly address?: string | undefined
  readonly device?: string
}

export function request(core: Core, { address, device }: Try): RequestFacts {
  return { ...facts(core, device ? { cookie: `grantql-device=${device}` } : {}), address }
}

/** Signs in, and answers what that answers. */
export function trySignIn(core: Core, username: string, password: string, from: Try = {}, id = 'toy') {
  return signIn(core, id, formParams(new URLSearchParams({ username, password })), request(core, from))
}

/** What a try ends with: `ok`, or the code of the error. */
export async function outcome(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'ok'
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error)
  }
}

/** How often each outcome occurs. */
export function tally(outcomes: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(outcomes, (each) => each)].map(([name, each]) => [name, each.length]))
}

/** Seconds that the error of a try tells to wait. */
export async function secondsToWait(attempt: Promise<unknown>): Promise<number> {
  try {
    await attempt
  } catch (error) {
    return Number((error as { values?: Record<string, unknown> }).values?.retryAfterSeconds)
  }
  return Number.NaN
}
