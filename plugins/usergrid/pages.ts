import type { Page } from 'grantql/plugin'
import { showSignIn, submitSignIn } from './authorize.ts'

/** The last is where the Node.js module looks for it. */
const PATHS = [
  '/management/authorize',
  '/:organization/:application/authorize',
  '/:organization/:application/management/authorize',
]

export const pages: readonly Page[] = PATHS.flatMap((path): Page[] => [
  { method: 'GET', path, handle: showSignIn },
  // A form of any site: it carries a password, and the answer sets no cookie.
  { method: 'POST', path, withoutCsrf: 'anonymous', handle: submitSignIn },
])
