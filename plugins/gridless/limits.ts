import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  requestCode: { description: 'Codes that Gridless apps without a secret ask for.', most: 1000, windowSeconds: 600 },
} satisfies NetworkLimits
