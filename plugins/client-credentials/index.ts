import { definePlugin } from 'grantql/plugin'
import { grant } from './grant.ts'
import { settings } from './settings.ts'

/** Lets an app get a token for itself (RFC 6749 §4.4). */
export const clientCredentials = () => definePlugin()({ id: 'client-credentials', settings, grants: [grant] })
