import { definePlugin } from 'grantql/plugin'
import { introspectToken } from './introspect-token.ts'

/** Lets a resource server ask whether a token is active (RFC 7662). */
export const introspection = () => definePlugin()({ id: 'introspection', operations: [introspectToken] })
