import type { Core } from '../core.ts'
import { accountPages } from '../pages/account.ts'
import { approvePages } from '../pages/approve.ts'
import { renderOutOfBand } from '../pages/out-of-band.ts'
import { pluginPage } from '../pages/plugin-page.ts'
import { signInPages } from '../pages/sign-in.ts'
import { signOutPage } from '../pages/sign-out.ts'
import { welcomePage } from '../pages/welcome.ts'
import { answerAuthorize } from '../rest/authorize.ts'
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
    ...approvePages(core, host),
    ...core.registry.pages.map((each) => pluginPage(core, host, each)),
  ]
  return [...pages.map(page), ...authorizeRoutes(core, host)]
}

/** An app posts here from its own site, so there is no CSRF field to check, and nothing that a session decides. */
function authorizeRoutes(core: Core, host: string): readonly Route[] {
  const headers = pageHeaders(core.issuer)
  return ['GET', 'POST'].map((method) => ({
    method,
    path: '/oauth/authorize',
    face: 'page',
    handle: async (request, facts) =>
      asPage(await answerAuthorize(core, request, facts, (members) => renderOutOfBand(host, members)), headers),
  }))
}
