import { definePlugin } from 'grantql/plugin'

// #region claims
/** Tells apps with the scope `staff` where somebody works. */
export const staff = (departmentOf: (username: string) => Promise<string | undefined>) =>
  definePlugin()({
    id: 'staff',
    scopes: [{ name: 'staff', description: 'See where you work' }],
    userClaims: [
      {
        scope: 'staff',
        names: ['department'],
        claimsOf: async (_ctx, user) => ({ department: await departmentOf(user.username) }),
      },
    ],
  })
// #endregion
