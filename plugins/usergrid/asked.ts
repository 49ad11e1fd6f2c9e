import { InvalidRequest, type RawParams } from 'grantql/plugin'
import { textOf } from './sent.ts'

/** What the form carries along, in this order, whether it was sent or not. */
export const CARRIED = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state'] as const
/** What it carries along where it was sent (RFC 7636 §4.3). */
const PKCE = ['code_challenge', 'code_challenge_method'] as const

export type Asked = Readonly<Record<(typeof CARRIED)[number], string>> &
  Partial<Readonly<Record<(typeof PKCE)[number], string>>>

/** Reads what an app asks for. Nothing in it is judged. @throws {InvalidRequest} where something came twice */
export function readAsked(params: RawParams): Asked {
  const carried = CARRIED.map((name) => [name, textOf(params, name) ?? ''])
  const added = PKCE.map((name) => [name, textOf(params, name)]).filter(([, value]) => value !== undefined)
  return Object.fromEntries([...carried, ...added]) as Asked
}

/** @throws {InvalidRequest} where a password came by the URL, which ends up in logs and in the history */
export function refuseInUrl(url: URL): void {
  if (url.searchParams.has('password')) throw new InvalidRequest({ message: 'A password is not sent in a URL.' })
}
