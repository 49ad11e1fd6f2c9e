import { defineCase } from '../case.ts'

const GRANT_TYPE = encodeURIComponent('urn:grantql:params:oauth:grant-type:code')

export default defineCase({
  title: 'a claimed code',
  targetMs: 0.075,
  signs: 'ES256',
  once: true,
  async prepare({ createApp, approvedCodes }, count) {
    const app = await createApp()
    const codes = await approvedCodes(app, count)
    return {
      path: '/oauth/token',
      headers: app.formHeaders,
      bodies: codes.map((code) => `grant_type=${GRANT_TYPE}&code=${code}`),
    }
  },
  isRight: ({ access_token: token }) => token.split('.').length === 3,
})
