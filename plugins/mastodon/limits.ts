import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  registerApp: { description: 'Apps that register themselves.', most: 300, windowSeconds: 600 },
} satisfies NetworkLimits
