import type { Way } from '../../pages/every-page.ts'
import type { Person } from '../../pages/person.ts'

const NEW_PATH = '/dashboard/applications/new'

const typed = async (person: Person) => {
  await person.signIn(NEW_PATH)
  await person.type('Name', 'Loyalty')
}
const registered = (person: Person) => typed(person).then(() => person.press('Register'))
const opened = (person: Person) => registered(person).then(() => person.follow('Go to the application'))

/** The pages of the plugin, by the names of their pictures in docs/images. */
export const THX_PAGES: Readonly<Record<string, Way>> = {
  'thx-sign-up': (person) => person.set('password-sign-in.signUp', true).then(() => person.open('/signup')),
  'thx-dashboard-empty': (person) => person.signIn('/dashboard'),
  'thx-register': (person) => person.signIn(NEW_PATH),
  'thx-register-mistake': async (person) => {
    await typed(person)
    await person.choose('Wallet')
    await person.press('Register')
  },
  'thx-secret': registered,
  'thx-application': opened,
  'thx-delete': (person) => opened(person).then(() => person.follow('Delete this application')),
  'thx-dashboard': (person) => opened(person).then(() => person.follow('All applications')),
  'thx-request-mistake': (person) => person.open('/auth?client_id=nobody'),
  'thx-sign-out': (person) => person.signIn('/sign-in').then(() => person.open('/session/end')),
}
