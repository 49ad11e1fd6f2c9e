import { setting } from 'grantql/plugin'

export const settings = {
  ttlSeconds: setting.integer({
    description: 'Seconds in which a browser has to arrive with a request that an app has pushed.',
    default: 90,
    minimum: 10,
    maximum: 600,
    perApp: true,
  }),
  requirePushedAuthorizationRequests: setting.boolean({
    description: 'Whether an app has to push its authorization requests: one in the URL of the browser is refused.',
    default: false,
    perApp: true,
  }),
}
