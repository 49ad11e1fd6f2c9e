import ipaddr from 'ipaddr.js'

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** All that is global unicast on the IPv6 internet (RFC 4291 §2.4); what embeds IPv4 otherwise (`::/96`, NAT64) lies outside. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
/** Public by its number, and yet a service of the machine: the platform channel of Azure. */
const SPECIAL = [ipaddr.parseCIDR('168.63.129.16/32')]

/**
 * Makes the check of an address before anything is sent there: public, or in one of the networks that the deployment allows.
 * An IPv4 address in IPv6 clothes counts as what it is.
 *
 * @param allowedNetworks in CIDR notation
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function createAddressCheck(allowedNetworks: readonly string[]): (address: string) => boolean {
  const allowed = allowedNetworks.map((network) => ipaddr.parseCIDR(network))
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return isPublic(address) || isIn(address, allowed)
  }
}

/** Whether a text is a network in CIDR notation. */
export const isNetwork = (text: string): boolean => ipaddr.isValidCIDR(text)

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || isIn(address, SPECIAL)) return false
  return address.kind() === 'ipv4' || isIn(address, [GLOBAL_IPV6])
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Network[]): boolean {
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
}
