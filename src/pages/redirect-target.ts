/** What a person knows a redirect URI by: its host, or the scheme of a native app. */
export function targetName(redirectUri: string): string {
  const url = new URL(redirectUri)
  return url.host === '' ? url.protocol.slice(0, -1) : url.host
}
