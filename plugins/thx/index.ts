import { definePlugin } from 'grantql/plugin'
import { authorizePages } from './authorize.ts'
import { dashboardPages } from './dashboard.ts'
import { dialect } from './dialect.ts'
import { keys } from './discovery.ts'
import { introspection } from './introspection.ts'
import { scopes } from './scopes.ts'
import { tokenEndpoints } from './token.ts'
import { userinfoEndpoints } from './userinfo.ts'

export interface ThxOptions {
  /** Hosts (`auth.example.org`, with a port where there is one) that answer with its discovery document. Defaults to none. */
  readonly hosts?: readonly string[]
}

/** Speaks as the authorization server of THX Network did in 2021. */
export const thx = ({ hosts = [] }: ThxOptions = {}) =>
  definePlugin()({
    id: 'thx',
    scopes,
    endpoints: [...tokenEndpoints, introspection, ...userinfoEndpoints, keys],
    pages: [...authorizePages, ...dashboardPages],
    dialect: dialect(hosts),
  })
