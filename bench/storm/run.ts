import { Agent } from 'node:http'
import type { Requests } from '../case.ts'
import { startChild } from '../child.ts'
import type { DatabaseName } from '../databases.ts'
import { median } from '../measure.ts'
import { processors, table } from '../report.ts'
import { type Offered, type Outcome, offer, type Post } from './open-loop.ts'
import { PASSWORD, USERNAMES } from './prepare.ts'

const ROUNDS = 3
const SIGN_INS = { perSecond: 200, seconds: 8 }
const TOKENS = { perSecond: 100, seconds: 8 }
const WARM_UP = { perSecond: 300, seconds: 4 }

/** What became of the sign-ins that were offered, and of the token path beside them. */
export interface Storm {
  readonly database: DatabaseName
  readonly signIns: {
    readonly offered: number
    /** Signed in: 303. */
    readonly served: number
    /** 503 with Retry-After. */
    readonly refused: number
    readonly other: number
    /** How many were without an answer at the same time: the queue's bound, and what is on its way. */
    readonly mostAtOnce: number
  }
  readonly tokens: {
    readonly offered: number
    /** 200, of those that were offered in the storms. */
    readonly answered: number
    readonly quiet: Latency
    readonly inStorm: Latency
    /** The median over the rounds of the 99th percentile in the storm, divided by that of the quiet minute before. */
    readonly timesQuiet: number
  }
}

/** Percentiles in milliseconds, each the median over the rounds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/**
 * Offers 200 sign-ins a second to a server process, with right passwords, by the page; and 100 token requests a second,
 * meanwhile and without the storm. Nothing is pinned, for the hashes have threads of their own.
 */
export async function measureStorm(database: DatabaseName, databaseUrl: string): Promise<Storm> {
  const child = await startChild('./server.ts')
  const agent = new Agent({ keepAlive: true })
  try {
    const question = { ask: 'open', file: 'storm/prepare.ts', databaseUrl, logLevel: 'info', count: 1 } as const
    const { port, requests } = await child.ask<{ port: number; requests: Requests }>(question)
    const target = { port, agent }
    const { path, headers, bodies } = requests
    const token = { path, headers, body: bodies[0] as string }
    const signIn = await signInForm(port)
    await offer(target, WARM_UP, () => token)
    const rounds: Round[] = []
    while (rounds.length < ROUNDS) {
      const quiet = await offer(target, TOKENS, () => token)
      const [tokens, signIns] = await Promise.all([offer(target, TOKENS, () => token), offer(target, SIGN_INS, signIn)])
      rounds.push({ quiet, tokens, signIns })
    }
    return summarise(database, rounds)
  } finally {
    agent.destroy()
    await child.close()
  }
}

interface Round {
  readonly quiet: Offered
  readonly tokens: Offered
  readonly signIns: Offered
}

/** The form of the sign-in page, filled in by one person after the other. */
async function signInForm(port: number): Promise<(index: number) => Post> {
  const page = await fetch(`http://127.0.0.1:${port}/sign-in`)
  const cookie = page.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ')
  const csrf = /name="csrf_token" value="([\w-]+)"/.exec(await page.text())?.[1] ?? ''
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie }
  return (index) => {
    const username = USERNAMES[index % USERNAMES.length] as string
    const fields = { csrf_token: csrf, sign_in: 'password', username, password: PASSWORD }
    return { path: '/sign-in', headers, body: new URLSearchParams(fields).toString() }
  }
}

function summarise(database: DatabaseName, rounds: readonly Round[]): Storm {
  const signIns = rounds.flatMap((round) => round.signIns.outcomes)
  const tokens = rounds.flatMap((round) => round.tokens.outcomes)
  const served = signIns.filter(({ status }) => status === 303).length
  const refused = signIns.filter(({ status, headers }) => status === 503 && headers['retry-after']).length
  const p99 = ({ outcomes }: Offered) => percentile(outcomes, 0.99)
  return {
    database,
    signIns: {
      offered: signIns.length,
      served,
      refused,
      other: signIns.length - served - refused,
      mostAtOnce: Math.max(...rounds.map((round) => round.signIns.mostAtOnce)),
    },
    tokens: {
      offered: tokens.length,
      answered: tokens.filter(({ status }) => status === 200).length,
      quiet: latencyOf(rounds.map(({ quiet }) => quiet)),
      inStorm: latencyOf(rounds.map((round) => round.tokens)),
      timesQuiet: median(rounds.map((round) => p99(round.tokens) / p99(round.quiet))),
    },
  }
}

function latencyOf(offered: readonly Offered[]): Latency {
  const of = (part: number) => median(offered.map(({ outcomes }) => percentile(outcomes, part)))
  return { p50: of(0.5), p99: of(0.99) }
}

function percentile(outcomes: readonly Outcome[], part: number): number {
  const sorted = outcomes.map(({ millis }) => millis).sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

const ms = (value: number): string => value.toFixed(1)

/** Prints the figures as Markdown tables. */
export function printStorms(storms: readonly Storm[]): string {
  const signIns = storms.map(({ database, signIns: { offered, served, refused, other, mostAtOnce } }) =>
    [database, offered, served, refused, other, mostAtOnce].map(String),
  )
  const tokens = storms.map(({ database, tokens: { offered, answered, quiet, inStorm, timesQuiet } }) => [
    database,
    `${answered} of ${offered}`,
    `${ms(quiet.p50)} / ${ms(quiet.p99)}`,
    `${ms(inStorm.p50)} / ${ms(inStorm.p99)}`,
    timesQuiet.toFixed(1),
  ])
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version.slice(1)}, ${processors()}, not pinned; ${ROUNDS} rounds of`,
    `${SIGN_INS.seconds} seconds with ${SIGN_INS.perSecond} sign-ins and ${TOKENS.perSecond} token requests a second, each after as long without sign-ins.`,
    '',
    ...table([
      ['sign-ins', 'offered', 'signed in', '503 with Retry-After', 'anything else', 'most unanswered at once'],
      ...signIns,
    ]),
    '',
    ...table([
      ['tokens', 'answered in the storm', 'ms quiet, p50 / p99', 'ms in the storm, p50 / p99', 'p99 × quiet'],
      ...tokens,
    ]),
  ].join('\n')
}
