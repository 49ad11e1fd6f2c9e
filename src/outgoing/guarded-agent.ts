import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { OutgoingError } from '../errors/outgoing-error.ts'

/** Finds the addresses of a name; each connection asks once. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>

export interface GuardedAgentOptions {
  readonly resolve: ResolveName
  /** Whether a connection to this address is allowed, for a host of this name. */
  isAllowed(address: string, hostname: string): boolean
  readonly timeoutMs: number
}

/** Connections to one origin at once; further requests wait for one. */
const MOST_CONNECTIONS = 4
const IDLE_MS = 10_000

type LookupCallback = (error: Error | null, found?: string | LookupAddress[], family?: number) => void

/**
 * Opens connections to checked addresses alone. The look-up that is checked is the one that the socket connects to, so a name
 * that answers differently the next time gains nothing. It speaks HTTP/1.1, follows nothing, decompresses nothing and knows
 * of no proxy, whatever the environment says.
 */
export function createGuardedAgent({ resolve, isAllowed, timeoutMs }: GuardedAgentOptions): Agent {
  const find = async (hostname: string): Promise<readonly [LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await resolve(hostname)
    if (!first) throw new OutgoingError('unreachable', `${hostname} has no address.`)
    // One that is wrong makes all of them wrong: who mixes them has a reason.
    for (const { address } of [first, ...others]) refuseUnless(isAllowed(address, hostname), hostname)
    return [first, ...others]
  }
  const lookup = (hostname: string, options: LookupOptions, answer: LookupCallback): void => {
    find(hostname).then(
      (found) => (options.all ? answer(null, [...found]) : answer(null, found[0].address, found[0].family)),
      (error: Error) => answer(error),
    )
  }
  const connect = buildConnector({ lookup: lookup as never, allowH2: false, timeout: timeoutMs })
  return new Agent({
    connections: MOST_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    allowH2: false,
    useMilo: false,
    connect(options, callback) {
      // A host that is an address is never looked up.
      const address = isIP(options.hostname) ? options.hostname : undefined
      if (address !== undefined && !isAllowed(address, address)) callback(refusal(address), null)
      else connect(options, callback)
    },
  })
}

function refuseUnless(isFine: boolean, hostname: string): void {
  if (!isFine) throw refusal(hostname)
}

const refusal = (hostname: string) =>
  new OutgoingError(
    'refused',
    `${hostname} is, or leads to, an address that is not public and not in outgoing.allowedNetworks.`,
  )
