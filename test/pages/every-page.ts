import { GRIDLESS_PAGES } from '../dialects/gridless/pages.ts'
import { MASTODON_PAGES } from '../dialects/mastodon/pages.ts'
import { PROCESSMAKER_PAGES } from '../dialects/processmaker/pages.ts'
import { THX_PAGES } from '../dialects/thx/pages.ts'
import { USERGRID_PAGES } from '../dialects/usergrid/pages.ts'
import type { Person } from './person.ts'

/** How a person gets to a page. */
export type Way = (person: Person) => Promise<void>

/**
 * Every page of the default deployment, by the name of its picture in docs/images: how a person gets there. The tests look
 * at each by the same list.
 */
export const EVERY_PAGE: Readonly<Record<string, Way>> = {
  welcome: (person) => person.open('/'),
  'sign-in': (person) => person.open('/sign-in'),
  'sign-in-mistake': (person) => person.signIn('/sign-in', { password: 'something else' }),
  'signed-in': (person) => person.signIn('/sign-in'),
  approve: (person) => person.signInToRequest(),
  approved: (person) => person.signInToRequest().then(() => person.press('Approve')),
  denied: (person) => person.signInToRequest().then(() => person.press('Deny')),
  'decided-already': (person) => person.signInToDecidedRequest(),
  'too-old': (person) => person.signInToOldRequest(),
  consent: (person) => person.signInFromApp(),
  'back-to-app': (person) => person.agreeBefore().then(() => person.signInFromApp()),
  'form-post': (person) => person.signInFromApp({ response_mode: 'form_post' }).then(() => person.press('Approve')),
  'code-to-copy': (person) => person.signInFromUnreachableApp().then(() => person.press('Approve')),
  'nothing-to-copy': (person) => person.signInFromUnreachableApp().then(() => person.press('Deny')),
  'app-mistake': (person) => person.haveAppMove().then(() => person.comeFromApp({ scope: 'more-than-it-may' })),
  device: (person) => person.signIn('/device'),
  'device-mistake': (person) => person.signIn('/device').then(() => person.typeUserCode('BCDF-GHJK')),
  'device-compare': (person) => person.signIn('/device?user_code=WDJB-MJHT'),
  'device-approve': (person) => person.signInToDevice(),
  'device-approved': (person) => person.signInToDevice().then(() => person.press('Approve')),
  'sign-out': (person) => person.signInToSignOut(),
  'sign-out-mistake': (person) => person.signInToSignOut({ post_logout_redirect_uri: 'https://elsewhere.example/' }),
  'signed-out': (person) => person.open('/oauth/logout'),
  'still-signed-in': (person) => person.signInToSignOut().then(() => person.press('Stay')),
  error: (person) => person.signIn('/approve/a-link-that-is-wrong'),
  account: (person) => person.connectApp().then(() => person.signIn('/account')),
  profile: (person) => person.hasProfile().then(() => person.signIn('/account/profile')),
  'profile-mistake': (person) => person.signIn('/account/profile').then(() => person.mistypeEmail()),
  passkeys: (person) => person.signIn('/account/passkeys').then(() => person.addPasskey('My phone')),
  'change-password': (person) => person.signIn('/account/password'),
  'password-changed': (person) => person.signIn('/account/password').then(() => person.changePassword()),
  'sign-up': (person) => person.set('password-sign-in.signUp', true).then(() => person.open('/sign-up')),
  invitation: (person) => person.openInvitation('grace'),
  'invitation-over': (person) => person.open('/invitation/used-before'),
  ...GRIDLESS_PAGES,
  ...USERGRID_PAGES,
  ...MASTODON_PAGES,
  ...PROCESSMAKER_PAGES,
  ...THX_PAGES,
}

/** Those that a person without JavaScript does not get to; each says so where it is led to from. */
export const TAKES_JAVASCRIPT: ReadonlySet<string> = new Set(['passkeys'])

const DESKTOP = { viewport: { width: 1200, height: 760 }, deviceScaleFactor: 1 }
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 1.5 }

/** The ways to look at a page, by what they add to the name of its picture. */
export const LOOKS = {
  '': { ...DESKTOP, colorScheme: 'light' },
  '.dark': { ...DESKTOP, colorScheme: 'dark' },
  '.phone': { ...PHONE, colorScheme: 'light' },
  '.phone.dark': { ...PHONE, colorScheme: 'dark' },
} as const

export type Look = (typeof LOOKS)[keyof typeof LOOKS]
