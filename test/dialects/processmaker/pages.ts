import type { Way } from '../../pages/every-page.ts'
import { APP_SITE, type Person } from '../../pages/person.ts'

const LIST = '/admin/auth-clients'

/** Is given the rights of an admin, and signs in. */
async function signInAsAdmin(person: Person, path: string): Promise<void> {
  const { users } = person.server.server.core
  const user = await users.byName(person.username)
  if (user) await users.update({ ...user, role: 'admin' }, user)
  await person.signIn(path)
}

/** What they call their client: others have theirs. */
const nameOf = ({ username }: Person) => `Reports of ${username}`

/** Makes a client by the form. */
async function makeClient(person: Person): Promise<void> {
  await signInAsAdmin(person, LIST)
  await person.follow('Create Auth Client')
  await person.type('Name', nameOf(person))
  await person.tick('Enable Password Grant')
  await person.press('Save')
}

/** Comes from an app that sends people to the consent page. */
async function comeFromApp(person: Person): Promise<void> {
  const { app } = await person.server.createApp({
    name: 'Reports',
    dialect: 'processmaker',
    grants: ['authorization_code'],
    redirectUris: [`${APP_SITE}/back`],
  })
  const query = new URLSearchParams({ response_type: 'code', client_id: app.clientId, state: '1' })
  await person.signIn(`/oauth/authorize?${query}`)
}

/** The pages of the plugin, by the names of their pictures in docs/images. */
export const PROCESSMAKER_PAGES: Readonly<Record<string, Way>> = {
  'processmaker-clients-empty': (person) => signInAsAdmin(person, LIST),
  'processmaker-create': async (person) => {
    await signInAsAdmin(person, `${LIST}/create`)
    await person.tick('Enable Authorization Code Grant')
  },
  'processmaker-mistake': async (person) => {
    await signInAsAdmin(person, `${LIST}/create`)
    await person.type('Name', 'Reports')
    await person.press('Save')
  },
  'processmaker-clients': makeClient,
  'processmaker-edit': (person) => makeClient(person).then(() => person.follow(`Edit Auth Client ${nameOf(person)}`)),
  'processmaker-delete': (person) =>
    makeClient(person).then(() => person.follow(`Delete Auth Client ${nameOf(person)}`)),
  'processmaker-consent': comeFromApp,
}
