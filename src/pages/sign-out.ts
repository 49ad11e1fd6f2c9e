import type { Core } from '../core.ts'
import { endSession } from '../operations/end-session.ts'
import { readText } from '../operations/parse-params.ts'
import { seeOther } from '../rest/authorization-response.ts'
import { ownUrl } from './own-path.ts'
import type { PageRoute } from './visit.ts'

/** Signs out, and goes on to where the form says, so that somebody else can sign in there. */
export function signOutPage(core: Core): PageRoute {
  return {
    method: 'POST',
    path: '/sign-out',
    async handle({ signedIn, form, facts }) {
      if (signedIn) await endSession(core, signedIn, facts.id)
      return { answer: seeOther(ownUrl(core.issuer, readText(form, 'return_to'))), session: 'ended' }
    },
  }
}
