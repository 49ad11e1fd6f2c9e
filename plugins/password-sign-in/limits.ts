import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  signUp: {
    description: 'Tries to make an account: each may cost a hash, and tells whether a name is taken.',
    most: 50,
    windowSeconds: 900,
  },
} satisfies NetworkLimits
