import { definePlugin } from 'grantql/plugin'
import { authorizeWithSlash } from './authorize.ts'
import { mastodonDialect } from './dialect.ts'
import { limits } from './limits.ts'
import { outOfBandPage } from './out-of-band.ts'
import { registerApp } from './register-app.ts'
import { scopes } from './scopes.ts'
import { settings } from './settings.ts'
import { verifyCredentials } from './verify-credentials.ts'

export interface MastodonOptions {
  /**
   * Hosts (`social.example`, with a port where there is one) at which everything speaks Mastodon, whoever asks: there its
   * own authorization server metadata is to be found. Defaults to none.
   */
  readonly hosts?: readonly string[]
}

/** Speaks with apps that were written for Mastodon: they register themselves, and get tokens that do not expire. */
export const mastodon = ({ hosts = [] }: MastodonOptions = {}) =>
  definePlugin()({
    id: 'mastodon',
    settings,
    limits,
    scopes,
    endpoints: [registerApp, verifyCredentials],
    pages: [authorizeWithSlash, outOfBandPage],
    dialect: mastodonDialect(hosts),
  })
