import { testGrant } from 'grantql/testing'
import { describe, it } from 'vitest'
import { grant as clientCredentialsGrant } from '../../plugins/client-credentials/grant.ts'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { grant as codeGrant } from '../../plugins/code/grant.ts'
import { code } from '../../plugins/code/index.ts'
import { databases } from '../support/database.ts'
import { magicLink, magicLinkGrant } from '../toys/magic-link.ts'

const scopes = [
  { name: 'read', description: 'Read your data' },
  { name: 'write', description: 'Change your data' },
]

describe('client_credentials (RFC 6749 §4.4)', () => {
  const cases = testGrant({
    grant: clientCredentialsGrant,
    plugins: [clientCredentials()],
    scopes,
    ready: async () => ({ scopes: 'read' }),
    singleUse: false,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe('the code grant', () => {
  const cases = testGrant({
    grant: codeGrant,
    plugins: [code()],
    scopes,
    async ready(server, app) {
      const { body } = await server.form('/oauth/code', {
        client_id: app.clientId,
        ...(app.clientSecret && { client_secret: app.clientSecret }),
      })
      await server.approve(body.handle, await server.createUser())
      return { code: body.code }
    },
    singleUse: true,
    expiresAfterSeconds: 600,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe('a stranger’s grant, with a table, a setting and a mutation of its own', () => {
  const sent = new Map<string, string>()
  const cases = testGrant({
    grant: magicLinkGrant,
    plugins: [magicLink({ send: (username, token) => sent.set(username, token) })],
    scopes,
    async ready(server, app) {
      const { user } = await server.createUser()
      await server.form('/oauth/magic-link', {
        client_id: app.clientId,
        ...(app.clientSecret && { client_secret: app.clientSecret }),
        username: user.username,
      })
      return { link: sent.get(user.username) ?? '' }
    },
    singleUse: true,
    expiresAfterSeconds: 301,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})
