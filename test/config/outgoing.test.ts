import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/config/check-config.ts'

const mistakes = (outgoing: unknown) => checkConfig({ plugins: [], outgoing })

describe('outgoing in the configuration', () => {
  it('may allow networks, hosts, ports and http, and bound time and size', () => {
    expect(mistakes({})).toEqual([])
    expect(
      mistakes({
        allowedNetworks: ['10.0.0.0/8', 'fd00::/8'],
        allowedHosts: ['backend.internal'],
        allowedPorts: [8443],
        allowHttp: true,
        timeoutSeconds: 2.5,
        maxBodyBytes: 65_536,
      }),
    ).toEqual([])
    expect(mistakes({ allowedPorts: 'any' })).toEqual([])
  })

  it.each<[string, object]>([
    ['a network without its length', { allowedNetworks: ['10.0.0.0'] }],
    ['a network that is a name', { allowedNetworks: ['backend.internal/8'] }],
    ['a host with a port', { allowedHosts: ['backend.internal:80'] }],
    ['a host that is a URL', { allowedHosts: ['http://backend.internal'] }],
    ['port 0', { allowedPorts: [0] }],
    ['more time than a plugin has', { timeoutSeconds: 10 }],
    ['a misspelt option', { allowedNetwork: [] }],
  ])('refuses %s, with a sentence that says where', (_what, outgoing) => {
    expect(mistakes(outgoing)).toEqual([expect.stringMatching(/^outgoing\b.*\.$/)])
  })
})
