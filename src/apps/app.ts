/** `CONFIDENTIAL` keeps a secret, `PUBLIC` cannot, `BOT` keeps a secret and never acts for a user. */
export type AppType = 'confidential' | 'public' | 'bot'

/** Rights that only an admin gives. */
export type AppPrivilege = 'introspect-any-token' | 'legacy-grants'

/** An OAuth client, registered here. */
export interface App {
  readonly id: string
  /** What the app calls itself on the wire: `client_id`. */
  readonly clientId: string
  readonly name: string
  readonly type: AppType
  readonly ownerId: string | undefined
  /** The dialect that the app was made in; undefined for the standard. */
  readonly dialect: string | undefined
  /** Grant types by their wire names. */
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
  /** An admin said where it may send people; else its owner did, or whoever registered it. */
  readonly isVouched: boolean
  readonly privileges: readonly AppPrivilege[]
  /** Own values of per-app settings, by `<plugin id>.<setting>`. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly tokenFormat: 'jwt' | 'opaque'
  readonly disabledAt: Date | undefined
  readonly createdAt: Date
}
