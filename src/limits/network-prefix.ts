import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network that an address belongs to, as far as one attacker has all of it for the asking: an IPv4 /24, an IPv6 /56.
 *
 * @param address as a socket or a proxy names it, perhaps with a port or a zone
 * @returns `203.0.113.0/24` or `2001:db8:0:1200::/56`; undefined for what is no address
 */
export function networkPrefix(address: string | undefined): string | undefined {
  const text = address?.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/%.*$/, '') ?? ''
  const withoutPort = /^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text
  if (isIPv4(withoutPort)) return prefixOfIpv4(withoutPort)
  return isIPv6(text) ? prefixOfIpv6(text) : undefined
}

function prefixOfIpv4(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.0/24`
}

function prefixOfIpv6(address: string): string {
  const groups = groupsOf(address)
  // A socket for both families names IPv4 callers ::ffff:203.0.113.7.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6)
    return prefixOfIpv4([high >> 8, high & 0xff, low >> 8, low & 0xff].join('.'))
  }
  const kept = [...groups.slice(0, 3), (groups[3] ?? 0) & 0xff00]
  return `${kept.map((group) => group.toString(16)).join(':')}::/56`
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  const inHex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail] = inHex.split('::')
  const read = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [read(head), read(tail ?? '')]
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}
