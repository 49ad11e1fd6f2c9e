import type { Way } from '../../pages/every-page.ts'
import type { Person } from '../../pages/person.ts'

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
const MANY = 'read write:statuses write:media follow push admin:read'

/** Comes from an app that registered itself, by the path with a slash behind it that some apps take, and signs in. */
async function beAsked(person: Person, scope: string): Promise<void> {
  const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND, scopes: scope }
  const { body } = await person.server.json('/api/v1/apps', described)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: body.client_id,
    redirect_uri: OUT_OF_BAND,
    scope,
  })
  await person.signIn(`/oauth/authorize/?${query}`)
}

/** Every page of the plugin, by the name of its picture, and how a person gets there. */
export const MASTODON_PAGES: Readonly<Record<string, Way>> = {
  'mastodon-consent': (person) => beAsked(person, 'read write'),
  'mastodon-consent-many': (person) => beAsked(person, MANY),
  'mastodon-code': (person) => beAsked(person, 'read write').then(() => person.press('Authorize')),
  'mastodon-mistake': (person) => person.signIn('/sign-in').then(() => person.open('/oauth/authorize/native')),
}
