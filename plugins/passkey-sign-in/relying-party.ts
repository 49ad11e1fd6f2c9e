import { isIP } from 'node:net'
import { defineError, type PluginContext } from 'grantql/plugin'
import { settings } from './settings.ts'

/** Who the browser makes passkeys for: this server, by the name in its issuer. */
export interface RelyingParty {
  /** The host alone, without a port. */
  readonly id: string
  readonly name: string
  readonly origin: string
}

export const PasskeysNotOffered = defineError({
  code: 'passkeys_not_offered',
  status: 403,
  message: 'This server does not take passkeys.',
  description: 'Returned where passkeys are switched off, or the server has an address for a name.',
})

/** Passkeys belong to a domain name: a server whose issuer is an address has none (WebAuthn §5.1.3, step 7). */
export function isOffered(ctx: Pick<PluginContext, 'issuer' | 'setting'>): boolean {
  const { hostname } = new URL(ctx.issuer)
  return ctx.setting(settings.offered) && isIP(hostname) === 0 && !hostname.startsWith('[')
}

/** @throws {PasskeysNotOffered} */
export function relyingParty(ctx: Pick<PluginContext, 'issuer' | 'setting'>): RelyingParty {
  if (!isOffered(ctx)) throw new PasskeysNotOffered()
  const { hostname, host } = new URL(ctx.issuer)
  return { id: hostname, name: host, origin: ctx.issuer }
}
