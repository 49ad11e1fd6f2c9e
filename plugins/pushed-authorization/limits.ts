import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  pushAuthorizationRequest: { description: 'Requests that public apps push.', most: 1000, windowSeconds: 600 },
} satisfies NetworkLimits
