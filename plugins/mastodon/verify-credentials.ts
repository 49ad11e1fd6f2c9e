import type { Endpoint } from 'grantql/plugin'
import { describeApplication } from './application.ts'
import { presentedToken } from './bearer.ts'
import { jsonAnswer } from './errors.ts'

/** `GET /api/v1/apps/verify_credentials`: tells an app that its token works, whatever it may do. */
export const verifyCredentials: Endpoint = {
  method: 'GET',
  path: '/api/v1/apps/verify_credentials',
  async handle(ctx) {
    const { app } = await presentedToken(ctx)
    return jsonAnswer(200, describeApplication(ctx, app))
  },
}
