import { definePlugin } from 'grantql/plugin'
import { grant } from './grant.ts'

/** Lets an app get a token for itself (RFC 6749 §4.4). */
export const clientCredentials = () => definePlugin()({ id: 'client-credentials', grants: [grant] })
