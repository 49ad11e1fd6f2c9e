import { defineCase } from '../case.ts'

export default defineCase({
  title: 'introspect an opaque token',
  targetMs: 0.035,
  async prepare({ createApp, issueToken }) {
    const app = await createApp({ tokenFormat: 'opaque' })
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => issueToken(app)))
    return { path: '/oauth/introspect', headers: app.formHeaders, bodies: tokens.map((token) => `token=${token}`) }
  },
  isRight: ({ active, jti }) => active === true && typeof jti === 'string',
})
