import { definePlugin } from 'grantql/plugin'
import { grant } from './grant.ts'

/** Legacy: lets an app exchange a user's name and password for tokens (RFC 6749 §4.3). Off unless an app was given it. */
export const password = () => definePlugin()({ id: 'password', grants: [grant] })
