import { describe, expect, it } from 'vitest'
import { networkPrefix } from '../../src/limits/network-prefix.ts'

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['203.0.113.7:51234', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['::ffff:cb00:7107', '203.0.113.0/24'],
    ['[::ffff:203.0.113.7]:443', '203.0.113.0/24'],
    ['2001:db8:0:1234:5678:9abc:def0:1', '2001:db8:0:1200::/56'],
    ['2001:db8:0:12ff::1', '2001:db8:0:1200::/56'],
    ['2001:DB8::1', '2001:db8:0:0::/56'],
    ['[2001:db8::1]:443', '2001:db8:0:0::/56'],
    ['[2001:db8::1]', '2001:db8:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['::1', '0:0:0:0::/56'],
    ['2001:db8::', '2001:db8:0:0::/56'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/56'],
  ])('of %s is %s', (address, network) => {
    expect(networkPrefix(address)).toBe(network)
  })

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.256',
    '1.2.3.4.5',
    '::g',
    ':::',
    '[::1',
    'x:80',
  ])('%j is no address, and has none', (address) => {
    expect(networkPrefix(address)).toBeUndefined()
  })

  it('differs for neighbours beyond /24 and /56', () => {
    expect(networkPrefix('203.0.114.7')).not.toBe(networkPrefix('203.0.113.7'))
    expect(networkPrefix('2001:db8:0:1300::1')).not.toBe(networkPrefix('2001:db8:0:12ff::1'))
  })
})
