import { OUT_OF_BAND } from '../plugin/out-of-band.ts'

/** What a person knows a redirect URI by: its host, or the scheme of a native app. */
export function targetName(redirectUri: string): string {
  const url = new URL(redirectUri)
  return url.host === '' ? url.protocol.slice(0, -1) : url.host
}

/**
 * What the content security policy must let a form end at, because a browser holds the redirect after a POST to it. A host
 * that the policy's grammar does not know (an IPv6 address) is let through by its scheme.
 */
export function formTargets(redirectUri: string): readonly string[] {
  if (redirectUri === OUT_OF_BAND) return []
  const { protocol, host } = new URL(redirectUri)
  return [/^[a-z0-9.-]+(:\d+)?$/.test(host) ? `${protocol}//${host}` : protocol]
}
