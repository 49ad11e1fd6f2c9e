import { defineCase } from '../case.ts'
import { CLIENT_CREDENTIALS } from '../documents.ts'

export default defineCase({
  title: 'clientCredentials, JWT ES256',
  targetMs: 0.13,
  signs: 'ES256',
  config: { tokens: { algorithm: 'ES256' } },
  async prepare({ createApp }) {
    const { clientId, clientSecret } = await createApp()
    const variables = { input: { clientId, clientSecret, scopes: ['read'] } }
    const body = JSON.stringify({ query: CLIENT_CREDENTIALS, variables })
    return { path: '/graphql', headers: { 'content-type': 'application/json' }, bodies: [body] }
  },
  isRight: ({ data }) => data.clientCredentials.accessToken.split('.').length === 3,
})
