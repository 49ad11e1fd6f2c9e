import { createHash } from 'node:crypto'
import type { Person } from '../../pages/person.ts'
import { GRANT_TYPE } from './gridless.ts'

const DEVELOPERS = '/_gridless/developers'

const logIn = (person: Person) => person.logIn({ name: 'Username', password: 'Password', button: 'Log in' })

async function openPanel(person: Person): Promise<void> {
  await person.open(DEVELOPERS)
  await logIn(person)
}

/** Each app has an id of its own; in a picture it is always the same. */
async function makeApp(person: Person): Promise<void> {
  await openPanel(person)
  await person.press('New app')
  await person.type('Name', 'Seashell')
  await person.press('Create')
  const { apps, users } = person.server.server.core
  const owner = await users.byName(person.username)
  const [app] = await apps.list({ ownerId: owner?.id ?? '', limit: 1 })
  if (!app) throw new Error('The panel made no app.')
  const clientId = `AQUA-${createHash('sha512').update(person.username).digest('hex').slice(0, 72)}`
  await apps.update({ ...app, clientId }, app)
  await person.open(`${DEVELOPERS}?app=${app.id}`)
}

/** Comes from an app that has asked for a code with these scopes. */
async function beAsked(person: Person, scopes: readonly string[]): Promise<void> {
  const { app } = await person.server.createApp({
    name: 'Seashell',
    dialect: 'gridless',
    type: 'public',
    grants: [GRANT_TYPE],
    scopes,
  })
  const asking = { client_id: app.clientId, scopes: scopes.join(), response_type: 'code' }
  const answer = await person.server.fetch(`/_gridless/authorize?${new URLSearchParams(asking)}`, { method: 'POST' })
  const { code } = (await answer.json()) as { code: string }
  const query = new URLSearchParams({ client_id: app.clientId, code, grant_type: 'code' })
  await person.open(`/_gridless/authorize?${query}`)
  await logIn(person)
}

const SOME = ['user.read', 'flow.list', 'flow.delete']

/** Every page of Gridless, by the name of its picture, and how a person gets there. */
export const GRIDLESS_PAGES: Readonly<Record<string, (person: Person) => Promise<void>>> = {
  'gridless-login': (person) => person.open('/_gridless/login'),
  'gridless-logged-in': (person) => person.open('/_gridless/login').then(() => logIn(person)),
  'gridless-logout': (person) =>
    person
      .open('/_gridless/login')
      .then(() => logIn(person))
      .then(() => person.open('/_gridless/logout')),
  'gridless-register': (person) =>
    person.set('password-sign-in.signUp', true).then(() => person.open('/_gridless/register')),
  'gridless-developers': openPanel,
  'gridless-new-app': (person) => openPanel(person).then(() => person.press('New app')),
  'gridless-app': makeApp,
  'gridless-delete-app': (person) => makeApp(person).then(() => person.follow('Delete')),
  'gridless-authorize': (person) => beAsked(person, SOME),
  'gridless-authorized': (person) => beAsked(person, SOME).then(() => person.press('Allow')),
  'gridless-denied': (person) => beAsked(person, SOME).then(() => person.press('Deny')),
  'gridless-full-client': (person) => beAsked(person, ['client']),
}
