import { expect, it } from 'vitest'
import { implicit } from '../../../plugins/implicit/index.ts'
import { describeEachServer } from '../../support/server.ts'
import { describeConformance } from '../support.ts'

const METADATA = '/.well-known/oauth-authorization-server'

describeConformance(
  'RFC 8414, the metadata of a server with a legacy grant',
  (_flow, server) => {
    it('is a JSON object by GET and 200, with the issuer under whose name it was asked for (§3.2, §3.3)', async () => {
      const response = await server().fetch(METADATA)
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ])
      expect(await response.json()).toMatchObject({ issuer: server().issuer, response_types_supported: ['code'] })
    })
  },
  () => ({ plugins: [implicit()] }),
)

describeEachServer(
  'RFC 8414, the metadata of a server without scopes',
  () => ({ scopes: [] }),
  (server) => {
    it('leaves out a list that has nothing in it, but for the required one (§3.2)', async () => {
      const metadata = (await (await server().fetch(METADATA)).json()) as Record<string, unknown>
      const { response_types_supported: _, ...rest } = metadata
      for (const [name, value] of Object.entries(rest)) expect(value, name).not.toEqual([])
    })
  },
)
