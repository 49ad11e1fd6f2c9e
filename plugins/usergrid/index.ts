import { definePlugin } from 'grantql/plugin'
import { dialect } from './dialect.ts'
import { endpoints } from './endpoints.ts'
import { pages } from './pages.ts'
import { settings } from './settings.ts'

/** Speaks the management API of Apache Usergrid, as far as it authorizes clients. */
export const usergrid = () => definePlugin()({ id: 'usergrid', settings, dialect, endpoints, pages })
