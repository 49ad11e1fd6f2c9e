import type { Person } from '../../pages/person.ts'

const PATH = '/management/authorize'

/** Comes from an app that sends people to the form of Usergrid. */
async function comeFromApp(person: Person, redirectUris: readonly string[], wanted: object = {}): Promise<void> {
  const { app } = await person.server.createApp({
    name: 'Delivery planner',
    dialect: 'usergrid',
    grants: ['authorization_code'],
    redirectUris,
  })
  await person.open(`${PATH}?${new URLSearchParams({ response_type: 'code', client_id: app.clientId, ...wanted })}`)
}

const submit = (person: Person) => person.logIn({ name: 'Username', password: 'Password', button: 'Submit' })

/** Every page of Usergrid, by the name of its picture, and how a person gets there. */
export const USERGRID_PAGES: Readonly<Record<string, (person: Person) => Promise<void>>> = {
  'usergrid-sign-in': (person) => comeFromApp(person, ['https://planner.example/cb']),
  'usergrid-sign-in-unknown-app': (person) => person.open('/acme/planner/management/authorize?response_type=token'),
  'usergrid-sign-in-application': (person) => person.open('/acme/planner/authorize?response_type=code'),
  'usergrid-sign-in-mistake': (person) => person.open(PATH).then(() => person.press('Submit')),
  'usergrid-code-to-copy': (person) => comeFromApp(person, ['urn:ietf:wg:oauth:2.0:oob']).then(() => submit(person)),
  'usergrid-wrong-address': (person) =>
    comeFromApp(person, ['https://planner.example/cb'], { redirect_uri: 'https://elsewhere.example/' }).then(() =>
      submit(person),
    ),
}
