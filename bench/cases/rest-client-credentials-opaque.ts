import { defineCase } from '../case.ts'

export default defineCase({
  title: 'client_credentials, opaque, stored',
  targetMs: 0.055,
  async prepare({ createApp }) {
    const { formHeaders } = await createApp({ tokenFormat: 'opaque' })
    return { path: '/oauth/token', headers: formHeaders, bodies: ['grant_type=client_credentials&scope=read'] }
  },
  isRight: ({ access_token: token }) => token.startsWith('gqa_'),
})
