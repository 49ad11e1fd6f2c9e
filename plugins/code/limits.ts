import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  requestCode: { description: 'Codes that public apps ask for.', most: 1000, windowSeconds: 600 },
} satisfies NetworkLimits
