import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'

/** For plain http on this machine; nothing else of them is changed. */
const insecure = { [oauth.allowInsecureRequests]: true }

describeEachServer(
  'clients that others wrote',
  () => ({}),
  (server) => {
    it('openid-client: discovery, client credentials, introspection, revocation', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      for (const authentication of [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)]) {
        const config = await client.discovery(new URL(server().issuer), app.clientId, undefined, authentication, {
          algorithm: 'oauth2',
          execute: [client.allowInsecureRequests],
        })
        const tokens = await client.clientCredentialsGrant(config, { scope: 'read' })
        expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'read' })
        expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
          active: true,
          client_id: app.clientId,
        })
        await client.tokenRevocation(config, tokens.access_token)
        expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
        await expect(client.clientCredentialsGrant(config, { scope: 'admin' })).rejects.toMatchObject({
          error: 'invalid_scope',
        })
      }
    })

    it('oauth4webapi: discovery, client credentials, introspection, revocation, validation of the JWT (RFC 9068)', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      const issuer = new URL(server().issuer)
      const as = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
      )
      const by = { client_id: app.clientId }
      const authentication = oauth.ClientSecretBasic(clientSecret)
      const granted = await oauth.clientCredentialsGrantRequest(as, by, authentication, { scope: 'read' }, insecure)
      const { access_token: token } = await oauth.processClientCredentialsResponse(as, by, granted)

      const asked = await oauth.introspectionRequest(as, by, authentication, token, insecure)
      expect(await oauth.processIntrospectionResponse(as, by, asked)).toMatchObject({ active: true })
      const toApi = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })
      expect(await oauth.validateJwtAccessToken(as, toApi, server().issuer, insecure)).toMatchObject({
        client_id: app.clientId,
      })
      const ended = await oauth.revocationRequest(as, by, authentication, token, insecure)
      await oauth.processRevocationResponse(ended)
      const again = await oauth.introspectionRequest(as, by, authentication, token, insecure)
      expect(await oauth.processIntrospectionResponse(as, by, again)).toEqual({ active: false })
    })

    it('oauth4webapi reads the challenge of a refusal (RFC 6749 §5.2)', async () => {
      const { app } = await server().createApp()
      const as = { issuer: server().issuer, token_endpoint: `${server().issuer}/oauth/token` }
      const by = { client_id: app.clientId }
      const response = await oauth.clientCredentialsGrantRequest(as, by, oauth.ClientSecretBasic('wrong'), {}, insecure)
      await expect(oauth.processClientCredentialsResponse(as, by, response)).rejects.toMatchObject({
        code: oauth.WWW_AUTHENTICATE_CHALLENGE,
        cause: [{ scheme: 'basic', parameters: { realm: 'GrantQL', charset: 'UTF-8' } }],
      })
    })
  },
)
