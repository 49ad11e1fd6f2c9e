import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { connectedApps, disconnectApp } from '../operations/connected-apps.ts'
import { endOtherSessions, endOwnSession } from '../operations/end-session.ts'
import { readText } from '../operations/parse-params.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import { seeOther } from '../rest/authorization-response.ts'
import { renderAccount } from './account-view.ts'
import { shownLinks } from './links.ts'
import { PROFILE_LINK } from './profile-view.ts'
import type { PageRoute, Visit } from './visit.ts'

const PATH = '/account'

/** The page of one's account: the apps that may act for one, and where one is signed in. */
export function accountPages(core: Core, host: string): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: PATH,
      async handle({ signedIn, csrfField }) {
        if (!signedIn) return { answer: toSignIn(core) }
        const { user } = signedIn
        const [apps, sessions] = await Promise.all([connectedApps(core, user.id), core.sessions.ofUser(user.id)])
        const links = [PROFILE_LINK, ...shownLinks(core, core.registry.accountLinks)]
        const describeScope = (name: string, { dialect }: Pick<App, 'dialect'>) =>
          core.registry.findScope(name, dialect)?.description ?? name
        return { answer: renderAccount(host, { signedIn, csrfField, apps, sessions, links, describeScope }) }
      },
    },
    change(core, 'disconnect', (signedIn, { form, facts }) =>
      disconnectApp(core, signedIn, readText(form, 'app') ?? '', facts.id),
    ),
    change(core, 'end-session', (signedIn, { form, facts }) =>
      endOwnSession(core, signedIn, readText(form, 'session') ?? '', facts.id),
    ),
    change(core, 'end-other-sessions', (signedIn, { facts }) => endOtherSessions(core, signedIn, facts.id)),
  ]
}

/** A button of the page, that leads back to it. */
function change(core: Core, name: string, apply: (signedIn: SignedIn, visit: Visit) => Promise<unknown>): PageRoute {
  return {
    method: 'POST',
    path: `${PATH}/${name}`,
    async handle(visit) {
      if (!visit.signedIn) return { answer: toSignIn(core) }
      try {
        await apply(visit.signedIn, visit)
      } catch (error) {
        // Pressed twice, or in a page that is out of date: what it should end has ended.
        if (!(error instanceof OAuthError) || error.code !== 'not_found') throw error
      }
      return { answer: seeOther(`${core.issuer}${PATH}`) }
    },
  }
}

function toSignIn(core: Core) {
  return seeOther(`${core.issuer}/sign-in?${new URLSearchParams({ return_to: PATH })}`)
}
