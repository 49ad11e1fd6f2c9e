import type { App, AppPrivilege } from 'grantql/plugin'
import type { KeptSecret } from './client-secrets.ts'

export const DIALECT = 'processmaker'
export const PERSONAL_ACCESS = 'personal_access'

/** What can be ticked for a client, in the order in which it is printed. */
export const CLIENT_TYPES = ['authorization_code_grant', 'personal_access_client', 'password_client'] as const
export type ClientType = (typeof CLIENT_TYPES)[number]

/** A client as somebody describes it. */
export interface ClientInput {
  readonly name: string
  readonly types: readonly ClientType[]
  /** One URL, or several with commas between; empty without the authorization code grant. */
  readonly redirect: string
}

/** Grants that the boxes stand for. Every client gets tokens for itself; those that act for a person refresh them. */
const MANAGED_GRANTS = [PERSONAL_ACCESS, 'authorization_code', 'password', 'refresh_token', 'client_credentials']

/** What an app becomes by a description; what is none of its business stays. */
export function appChanges(input: ClientInput, present?: App) {
  const has = (type: ClientType) => input.types.includes(type)
  const actsForPeople = has('authorization_code_grant') || has('password_client')
  const others = present?.grants.filter((grant) => !MANAGED_GRANTS.includes(grant)) ?? []
  const rights: readonly AppPrivilege[] = present?.privileges.filter((right) => right !== 'legacy-grants') ?? []
  return {
    name: input.name,
    grants: [
      'client_credentials',
      // One that sees passwords or makes tokens of one's own counts as part of the house there, and gets no codes.
      ...(has('authorization_code_grant') && !isOfTheHouse(input.types) ? ['authorization_code'] : []),
      ...(has('password_client') ? ['password'] : []),
      ...(actsForPeople ? ['refresh_token'] : []),
      ...(has('personal_access_client') ? [PERSONAL_ACCESS] : []),
      ...others,
    ],
    redirectUris: has('authorization_code_grant') ? input.redirect.split(',') : [],
    privileges: has('password_client') ? [...rights, 'legacy-grants' as const] : rights,
  }
}

/** Whether people trust it without being asked: then its tokens are not listed among those that they gave away. */
export function isOfTheHouse(types: readonly ClientType[]): boolean {
  return types.includes('password_client') || types.includes('personal_access_client')
}

/** Whether all that an app has of people they gave to the house, and none of it to a stranger by a consent. */
export function isHouseApp(app: App | undefined): boolean {
  return app?.dialect === DIALECT && isOfTheHouse(typesOf(app)) && !app.grants.includes('authorization_code')
}

export function typesOf({ grants, redirectUris }: Pick<App, 'grants' | 'redirectUris'>): readonly ClientType[] {
  const isTicked: Readonly<Record<ClientType, boolean>> = {
    authorization_code_grant: redirectUris.length > 0,
    personal_access_client: grants.includes(PERSONAL_ACCESS),
    password_client: grants.includes('password'),
  }
  return CLIENT_TYPES.filter((type) => isTicked[type])
}

/** An app with the secret that is shown again. */
export interface AuthClient extends KeptSecret {
  readonly app: App
}

/** A client as it is printed. */
export function clientResource({ app, secret, updatedAt }: AuthClient) {
  return {
    id: Number(app.clientId),
    name: app.name,
    secret: secret ?? null,
    redirect: app.redirectUris.join(','),
    revoked: app.disabledAt !== undefined,
    types: typesOf(app),
    created_at: app.createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}
