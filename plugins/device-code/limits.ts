import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  requestDeviceCode: { description: 'Device codes that public apps ask for.', most: 1000, windowSeconds: 600 },
} satisfies NetworkLimits
