import { expect, it } from 'vitest'
import { password } from '../../../plugins/password/index.ts'
import { credentialsOf, describeConformance } from '../support.ts'

const PASSWORD = 'correct horse battery'

describeConformance(
  'RFC 6749 §4.3, resource owner password credentials',
  (flow, server) => {
    const makeApp = () => flow.makeApp({ grants: ['password'], scopes: ['read'] })

    it('gives a token for the right password, to an app that proves itself (§4.3.2)', async () => {
      const made = await makeApp()
      const { username } = await server().createUser({ password: PASSWORD })
      const params = { grant_type: 'password', username, password: PASSWORD }
      expect(await flow.token({ ...params, ...credentialsOf(made) })).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', scope: 'read' },
      })
      expect(await flow.token({ ...params, client_id: made.app.clientId })).toMatchObject({ status: 401 })
    })

    it('lets nobody guess for long: then the right password waits as well (§4.3.2)', async () => {
      const made = await makeApp()
      const { username } = await server().createUser({ password: PASSWORD })
      const attempt = (given: string) =>
        flow.token({ ...credentialsOf(made), grant_type: 'password', username, password: given })
      for (let count = 0; count < 10; count += 1) {
        expect((await attempt(`wrong wrong ${count}`)).body.error).toBe('invalid_grant')
      }
      const waiting = await attempt(PASSWORD)
      expect(waiting.status).toBe(429)
      expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
    })
  },
  () => ({ plugins: [password()] }),
)
