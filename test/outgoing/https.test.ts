import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../../src/outgoing/guarded-fetch.ts'

const read = (name: string) => readFileSync(new URL(`certificate/${name}`, import.meta.url), 'utf8')
const cert = read('cert.pem')
const key = createPrivateKey({ key: JSON.parse(read('key.json')), format: 'jwk' })

describe('an outgoing request by https', () => {
  // Its certificate is for app.example, and vouched for by itself alone; it was made for this test and guards nothing.
  const site = createServer({ key: key.export({ type: 'pkcs8', format: 'pem' }), cert }, (_, response) =>
    response.end('fine'),
  )
  const guarded = createGuardedFetch({ allowedNetworks: ['127.0.0.0/8'], allowedPorts: 'any' }, async () => [
    { address: '127.0.0.1', family: 4 },
  ])
  const known = getCACertificates('default')
  let port: number
  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    port = (site.address() as AddressInfo).port
  })
  afterAll(async () => {
    setDefaultCACertificates(known)
    await guarded.close()
    await new Promise((resolve) => site.close(resolve))
  })
  const ask = (host: string) =>
    guarded.fetch(`https://${host}:${port}/`).then(
      ({ body }) => body.toString(),
      ({ reason }) => reason,
    )

  it('is not made where nobody that this machine trusts vouches for the certificate', async () => {
    expect(await ask('app.example')).toBe('unreachable')
  })

  it('is made to the checked address under the name of the URL, and to no other name', async () => {
    setDefaultCACertificates([...known, cert])
    expect(await ask('app.example')).toBe('fine')
    expect(await ask('other.example')).toBe('unreachable')
  })
})
