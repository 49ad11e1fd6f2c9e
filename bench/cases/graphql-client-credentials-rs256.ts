import { defineCase } from '../case.ts'
import { CLIENT_CREDENTIALS } from '../documents.ts'

export default defineCase({
  title: 'clientCredentials, JWT RS256',
  // The figure for ES256, and what an RS256 signature costs more.
  targetMs: 0.42,
  signs: 'RS256',
  config: { tokens: { algorithm: 'RS256' } },
  async prepare({ createApp }) {
    const { clientId, clientSecret } = await createApp()
    const variables = { input: { clientId, clientSecret, scopes: ['read'] } }
    const body = JSON.stringify({ query: CLIENT_CREDENTIALS, variables })
    return { path: '/graphql', headers: { 'content-type': 'application/json' }, bodies: [body] }
  },
  isRight: ({ data }) => data.clientCredentials.accessToken.split('.').length === 3,
})
