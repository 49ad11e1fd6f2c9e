/** A postal address (OpenID Connect Core §5.1.1). Every part is optional, and as people write it. */
export interface Address {
  /** The whole address as on an envelope, with line breaks. */
  readonly formatted?: string
  /** Street and house, with line breaks where there are several. */
  readonly streetAddress?: string
  /** City. */
  readonly locality?: string
  /** State, province, prefecture or region. */
  readonly region?: string
  readonly postalCode?: string
  readonly country?: string
}

/** What is known of a user beyond their name: what the standard claims are made of (OpenID Connect Core §5.1). */
export interface Profile {
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly middleName?: string
  readonly nickname?: string
  /** What they want to be called by. Defaults to the user name. */
  readonly preferredUsername?: string
  /** The URL of a page about them. */
  readonly profile?: string
  /** The URL of a picture. This server never fetches it. */
  readonly picture?: string
  /** The URL of their web page or blog. */
  readonly website?: string
  readonly email?: string
  /** Whether an admin vouches for the address. At most one user has an address verified. */
  readonly emailVerified: boolean
  readonly gender?: string
  /** `YYYY-MM-DD`, `YYYY`, or `0000-MM-DD` where the year is not told. */
  readonly birthdate?: string
  /** A time zone by its IANA name: `Europe/Paris`. */
  readonly zoneinfo?: string
  /** A BCP 47 language tag: `pt-BR`. */
  readonly locale?: string
  /** In the form of E.164: `+33144556677`. */
  readonly phoneNumber?: string
  readonly phoneNumberVerified: boolean
  readonly address?: Address
  /** When something in it was last changed; when the user was made, where nothing was. */
  readonly updatedAt: Date
}
