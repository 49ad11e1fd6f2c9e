import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { accountPages } from '../pages/account.ts'
import { approvePages } from '../pages/approve.ts'
import { renderOutOfBand } from '../pages/out-of-band.ts'
import { pluginPage } from '../pages/plugin-page.ts'
import { profilePages } from '../pages/profile.ts'
import { signInPages } from '../pages/sign-in.ts'
import { signOutPage } from '../pages/sign-out.ts'
import { welcomePage } from '../pages/welcome.ts'
import { renderWithheld } from '../pages/withheld.ts'
import type { Page } from '../plugin/contributions.ts'
import { type AuthorizePages, answerAuthorize } from '../rest/authorize.ts'
import type { Route } from './route.ts'
import { pageHeaders } from './security-headers.ts'
import { asPage, createPageServer } from './serve-page.ts'

/** Everything that a browser shows: our pages, those of plugins, and the way an app sends a person here. */
export function pageRoutes(core: Core, host: string): readonly Route[] {
  const page = createPageServer(core)
  const pages = [
    welcomePage(core, host),
    ...signInPages(core, host),
    signOutPage(core),
    ...accountPages(core, host),
    ...profilePages(core, host),
    ...approvePages(core, host),
    ...core.registry.pages.map((each) => pluginPage(core, host, each)),
  ]
  return [...pages.map(page), ...authorizeRoutes(core, host)]
}

/** An HTML route of a plugin. */
export function pageRoute(core: Core, host: string, each: Owned<Page>): Route {
  return createPageServer(core)(pluginPage(core, host, each))
}

/** An app posts here from its own site, so there is no CSRF field to check. */
function authorizeRoutes(core: Core, host: string): readonly Route[] {
  const headers = pageHeaders(core.issuer)
  return ['GET', 'POST'].map((method) => ({
    method,
    path: '/oauth/authorize',
    face: 'page',
    async handle(request, facts) {
      const pages: AuthorizePages = {
        outOfBand: (members) => renderOutOfBand(host, members),
        withheld: (answer, wayBack) => renderWithheld(host, answer, wayBack, facts),
      }
      return asPage(await answerAuthorize(core, request, facts, pages), headers)
    },
  }))
}
