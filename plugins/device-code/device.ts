import { type ApprovalLine, describeUserAgent, networkPrefix, type RequestFacts } from 'grantql/plugin'

/** What is known of the device that asked: kept with its request, so that whoever decides can tell whether it is theirs. */
export interface Device {
  /** The address that it asked from. Undefined where a proxy hid it. */
  readonly address: string | undefined
  /** What it calls itself, in a few words of ours. */
  readonly program: string
}

export function deviceOf({ address, headers }: RequestFacts): Device {
  return {
    address: address?.replace(/^::ffff:/i, ''),
    program: describeUserAgent(headers.get('user-agent') ?? undefined),
  }
}

/**
 * What somebody who decides is told of a device: somebody who was sent a code by a stranger can tell by it (RFC 8628 §5.4).
 *
 * @param address where the person is
 */
export function describeDevice(device: Partial<Device>, address: string | undefined): readonly ApprovalLine[] {
  const { address: from, program = 'An unknown program' } = device
  return [
    { term: 'Device', text: program },
    { term: 'Asked from', text: from === undefined ? 'An unknown address' : `${from} (${compare(from, address)})` },
  ]
}

/** By network, as far as one household or office has it: addresses of one home differ. */
export function isNearby(from: string | undefined, address: string | undefined): boolean {
  const network = networkPrefix(from)
  return network !== undefined && network === networkPrefix(address)
}

function compare(from: string, address: string | undefined): string {
  return isNearby(from, address) ? 'your network' : 'not your network'
}
