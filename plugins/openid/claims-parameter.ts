import { InvalidRequest } from 'grantql/plugin'

/** One claim that is asked for by name (OpenID Connect Core §5.5.1). */
export interface ClaimRequest {
  readonly essential: boolean
  /** What would do; empty where anything does. */
  readonly values: readonly string[]
}

/** The parameter `claims`: what is asked for by name, for which place. */
export interface ClaimsParameter {
  readonly idToken: ReadonlyMap<string, ClaimRequest>
  readonly userinfo: ReadonlyMap<string, ClaimRequest>
}

const MOST_CLAIMS = 100

const Malformed = () => new InvalidRequest({ message: 'The parameter claims is not what OpenID Connect makes of it.' })

/**
 * Reads the parameter `claims`. Members and places that are not known are ignored.
 *
 * @throws {InvalidRequest} when it is not JSON of that shape
 * @see OpenID Connect Core §5.5
 */
export function readClaimsParameter(text: string | undefined): ClaimsParameter {
  if (text === undefined) return { idToken: new Map(), userinfo: new Map() }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw Malformed()
  }
  const places = readObject(value)
  return { idToken: readPlace(places.id_token), userinfo: readPlace(places.userinfo) }
}

function readPlace(place: unknown): ReadonlyMap<string, ClaimRequest> {
  if (place === undefined || place === null) return new Map()
  const entries = Object.entries(readObject(place))
  if (entries.length > MOST_CLAIMS) throw Malformed()
  return new Map(entries.map(([name, request]) => [name, readRequest(name, request)]))
}

/** Claims that are strings, and by whose values it is decided who will do. */
const DECISIVE = new Set(['sub', 'acr'])

function readRequest(name: string, request: unknown): ClaimRequest {
  if (request === null) return { essential: false, values: [] }
  const { essential = false, value, values = value === undefined ? [] : [value] } = readObject(request)
  if (typeof essential !== 'boolean' || !Array.isArray(values)) throw Malformed()
  const texts = values.filter((candidate) => typeof candidate === 'string')
  if (DECISIVE.has(name) && texts.length < values.length) throw Malformed()
  return { essential, values: texts }
}

function readObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw Malformed()
  return value as Record<string, unknown>
}
