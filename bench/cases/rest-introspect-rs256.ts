import { defineCase } from '../case.ts'

/** More than a node remembers to have verified, so that every signature is verified anew. */
const TOKENS = 5000

export default defineCase({
  title: 'introspect a JWT RS256',
  targetMs: 0.06,
  config: { tokens: { algorithm: 'RS256' } },
  async prepare({ createApp, issueToken }) {
    const app = await createApp()
    const tokens = await Promise.all(Array.from({ length: TOKENS }, () => issueToken(app)))
    return { path: '/oauth/introspect', headers: app.formHeaders, bodies: tokens.map((token) => `token=${token}`) }
  },
  isRight: ({ active, jti }) => active === true && typeof jti === 'string',
})
