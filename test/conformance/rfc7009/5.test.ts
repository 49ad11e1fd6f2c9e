import { expect, it } from 'vitest'
import { credentialsOf, describeConformance } from '../support.ts'

const FAILURES = 3
const limits = { appSecretByApp: { most: FAILURES, windowSeconds: 600 } }

describeConformance(
  'RFC 7009 §5, security considerations',
  (flow, server) => {
    it('guesses are bounded as they are at the token endpoint, and an honest app goes on (§5)', async () => {
      const made = await flow.makeApp()
      const { access_token: token } = (await flow.tokens(made)).body
      const revoke = async (client_secret: string) =>
        (await server().form('/oauth/revoke', { ...credentialsOf(made), client_secret, token })).status
      for (let count = 0; count < FAILURES; count += 1) expect(await revoke('wrong')).toBe(401)
      expect(await revoke('wrong')).toBe(429)
      expect(await revoke(made.clientSecret ?? '')).toBe(200)
      expect(await flow.isActive(made, token)).toBe(false)
    })
  },
  () => ({ config: { limits } }),
)
