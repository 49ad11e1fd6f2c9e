import { defineCase } from '../case.ts'

export default defineCase({
  title: 'client_credentials, JWT RS256',
  targetMs: 0.37,
  signs: 'RS256',
  config: { tokens: { algorithm: 'RS256' } },
  async prepare({ createApp }) {
    const { formHeaders } = await createApp()
    return { path: '/oauth/token', headers: formHeaders, bodies: ['grant_type=client_credentials&scope=read'] }
  },
  isRight: ({ access_token: token }) => token.split('.').length === 3,
})
