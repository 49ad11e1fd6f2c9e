import type { NetworkLimits } from 'grantql/plugin'

export const limits = {
  startSignIn: { description: 'Challenges for a sign-in by passkey.', most: 1000, windowSeconds: 600 },
} satisfies NetworkLimits
