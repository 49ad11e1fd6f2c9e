import { expect, it } from 'vitest'
import { describeConformance } from '../support.ts'

const METADATA = '/.well-known/oauth-authorization-server'
/** Ways for an app to prove itself by a signature. */
const SIGNED = ['private_key_jwt', 'client_secret_jwt']

describeConformance(
  'RFC 8414 §2, the members of the metadata',
  (_flow, server) => {
    const read = async (path: string) => (await (await server().fetch(path)).json()) as Record<string, unknown>

    it('jwks_uri is https, and its keys say what they are for: to sign (§2)', async () => {
      const uri = new URL(String((await read(METADATA)).jwks_uri))
      expect(uri.protocol).toBe('https:')
      const { keys } = (await read(uri.pathname)) as { keys: Record<string, unknown>[] }
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) expect(key).toMatchObject({ use: 'sig' })
    })

    it('signing algorithms stand beside the methods that sign, and nowhere else; none is not one (§2)', async () => {
      const metadata = await read(METADATA)
      const lists = Object.entries(metadata).filter(([name]) => name.endsWith('_auth_methods_supported'))
      expect(lists.length).toBeGreaterThan(0)
      for (const [name, methods] of lists) {
        const algorithms = metadata[name.replace(/methods_supported$/, 'signing_alg_values_supported')]
        const signs = (methods as string[]).some((method) => SIGNED.includes(method))
        expect(Array.isArray(algorithms), name).toBe(signs)
        expect(algorithms ?? []).not.toContain('none')
      }
    })
  },
  () => ({ issuer: 'https://login.example' }),
)
