import { defineCase } from '../case.ts'

export default defineCase({
  title: 'refresh, rotated',
  targetMs: 0.07,
  signs: 'ES256',
  once: true,
  async prepare({ createApp, refreshTokens }, count) {
    const app = await createApp({ grants: ['authorization_code', 'refresh_token'] })
    const tokens = await refreshTokens(app, count)
    return {
      path: '/oauth/token',
      headers: app.formHeaders,
      bodies: tokens.map((token) => `grant_type=refresh_token&refresh_token=${token}`),
    }
  },
  isRight: ({ access_token: access, refresh_token: refresh }) =>
    access.split('.').length === 3 && typeof refresh === 'string',
})
