import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  requestDeviceCode: {
    description: 'Codes that public apps ask for: each is a row until it is forgotten.',
    most: 600,
    windowSeconds: 600,
  },
} satisfies NetworkLimits
