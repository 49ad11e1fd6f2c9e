/** A resource owner, or somebody who owns apps. */
export interface User {
  readonly id: string
  readonly username: string
  readonly role: 'user' | 'admin'
  readonly disabledAt: Date | undefined
  readonly createdAt: Date
}

/** When and how a user proved who they are, as far as that is known. */
export interface Authentication {
  readonly authenticatedAt?: Date | undefined
  /** RFC 8176 values such as `pwd`. */
  readonly methods?: readonly string[] | undefined
  /** The session in which they did. It may be over. */
  readonly sessionId?: string | undefined
}

/** A user's sign-in in one browser or one API client. */
export interface Session {
  readonly id: string
  readonly userId: string
  /** When the user last proved who they are. */
  readonly authenticatedAt: Date
  /** How: RFC 8176 values such as `pwd`. */
  readonly methods: readonly string[]
  /** What the browser or program called itself at the sign-in. It proves nothing. */
  readonly userAgent: string | undefined
  readonly expiresAt: Date
}
