import { InvalidRequest, type ResponseType, readPkceChallenge } from 'grantql/plugin'
import { settings } from './settings.ts'

/** Seconds in which a code has to be exchanged: it only travels from the browser to the app (RFC 6749 §4.1.2). */
const TTL_SECONDS = 60

export const responseType: ResponseType = {
  responseType: 'code',
  grantType: 'authorization_code',
  defaultMode: 'query',
  ttlSeconds: TTL_SECONDS,
  consent: settings.consent,

  async open(ctx, { app, params, sentRedirectUri }) {
    const text = (name: string) => {
      const [value] = params.all(name)
      return typeof value === 'string' && value !== '' ? value : undefined
    }
    const codeChallenge = readPkceChallenge(text('code_challenge'), text('code_challenge_method'))
    const isRequired = app.type === 'public' || ctx.setting(settings.pkce, app) === 'required'
    if (codeChallenge === undefined && isRequired) {
      throw new InvalidRequest({ message: 'code_challenge is missing: this app binds its codes by PKCE.' })
    }
    return { codeChallenge, sentRedirectUri }
  },

  complete: async (_ctx, _approval, code) => ({ code }),
}
