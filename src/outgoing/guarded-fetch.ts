import { lookup } from 'node:dns/promises'
import { type Dispatcher, request } from 'undici'
import { OutgoingError } from '../errors/outgoing-error.ts'
import type { OutgoingAnswer, OutgoingOptions } from '../plugin/outgoing.ts'
import { checkUrl } from './check-url.ts'
import { createGuardedAgent, type ResolveName } from './guarded-agent.ts'
import { createLateUrls } from './late-urls.ts'
import { createPlaces } from './places.ts'
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_TIMEOUT_SECONDS, type OutgoingPolicy } from './policy.ts'
import { createAddressCheck } from './public-address.ts'
import { readBody } from './read-body.ts'

export interface GuardedFetch {
  /** @throws {OutgoingError} */
  fetch(url: string | URL, options?: OutgoingOptions): Promise<OutgoingAnswer>
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>
}

const resolveName: ResolveName = (hostname) => lookup(hostname, { all: true })

/**
 * Makes the one way by which this server asks others.
 *
 * @param resolve defaults to the resolver of the system
 */
export function createGuardedFetch(policy: OutgoingPolicy = {}, resolve: ResolveName = resolveName): GuardedFetch {
  const timeoutMs = (policy.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000
  const maxBytes = policy.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  const isAllowedAddress = createAddressCheck(policy.allowedNetworks ?? [])
  const allowedHosts = new Set(policy.allowedHosts)
  const agent = createGuardedAgent({
    resolve,
    isAllowed: (address, hostname) => allowedHosts.has(hostname) || isAllowedAddress(address),
    timeoutMs,
  })
  const inPlace = createPlaces()
  const late = createLateUrls()

  const ask = async (url: URL, options: OutgoingOptions, signal: AbortSignal): Promise<OutgoingAnswer> => {
    const response = await request(url, { dispatcher: agent, signal, ...requestOf(options) })
    const body = await readBody(response, Math.min(options.maxBytes ?? maxBytes, maxBytes))
    return { status: response.statusCode, headers: headersOf(response.headers), body }
  }

  return {
    async fetch(given, options = {}) {
      const url = checkUrl(given, policy)
      if (late.has(url)) throw new OutgoingError('timeout', `${url.host} did not answer in time a moment ago.`)
      // One deadline for all of it: waiting for a place, the name, the connection, the headers and the body.
      const deadline = AbortSignal.timeout(Math.min((options.timeoutSeconds ?? Infinity) * 1000, timeoutMs))
      return inPlace(url.host, () => ask(url, options, deadline)).catch((cause) => {
        const failure = failureOf(url, cause, deadline.aborted)
        if (failure.reason === 'timeout') late.add(url)
        throw failure
      })
    },
    close: () => agent.destroy(),
  }
}

function requestOf({ method = 'GET', headers, form }: OutgoingOptions) {
  const body = form && new URLSearchParams(form).toString()
  return {
    method,
    headers: {
      'user-agent': 'GrantQL',
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      'accept-encoding': 'identity',
    },
    body: body ?? null,
  } as const
}

function headersOf(raw: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each)
  }
  return headers
}

function failureOf({ host }: URL, cause: unknown, isLate: boolean): OutgoingError {
  if (cause instanceof OutgoingError) return cause
  if (isLate) return new OutgoingError('timeout', `${host} did not answer in time.`, { cause })
  return new OutgoingError('unreachable', `${host} cannot be reached.`, { cause })
}
