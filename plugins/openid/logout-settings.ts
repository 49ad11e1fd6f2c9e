import { setting } from 'grantql/plugin'

/** What an app says of itself for the end of sessions. */
export const logoutSettings = {
  postLogoutRedirectUris: setting.list({
    description:
      'Where a browser may be sent once its user has signed out at the app’s request. Compared as they stand.',
    default: [],
    perApp: true,
    format: 'redirect-uri',
  }),
  backchannelLogoutUri: setting.string({
    description: 'Where the app wants to be told that a session of its user is over. Empty: nowhere.',
    default: '',
    perApp: true,
    format: 'web-url',
  }),
}
