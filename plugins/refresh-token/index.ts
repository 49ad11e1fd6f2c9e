import { definePlugin } from 'grantql/plugin'
import { grant } from './grant.ts'
import { settings } from './settings.ts'

/** Lets an app exchange a refresh token for new tokens (RFC 6749 §6), with rotation and an end to what was stolen. */
export const refreshToken = () => definePlugin()({ id: 'refresh-token', settings, grants: [grant] })
