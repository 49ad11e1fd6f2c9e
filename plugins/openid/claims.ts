import type { Address, Profile, UserClaims } from 'grantql/plugin'

type Telling = Readonly<Record<string, (profile: Profile) => unknown>>

const PROFILE: Telling = {
  name: ({ name }) => name,
  given_name: ({ givenName }) => givenName,
  family_name: ({ familyName }) => familyName,
  middle_name: ({ middleName }) => middleName,
  nickname: ({ nickname }) => nickname,
  preferred_username: ({ preferredUsername }) => preferredUsername,
  profile: ({ profile }) => profile,
  picture: ({ picture }) => picture,
  website: ({ website }) => website,
  gender: ({ gender }) => gender,
  birthdate: ({ birthdate }) => birthdate,
  zoneinfo: ({ zoneinfo }) => zoneinfo,
  locale: ({ locale }) => locale,
  updated_at: ({ updatedAt }) => Math.floor(updatedAt.getTime() / 1000),
}

const EMAIL: Telling = {
  email: ({ email }) => email,
  email_verified: ({ email, emailVerified }) => (email === undefined ? undefined : emailVerified),
}

const PHONE: Telling = {
  phone_number: ({ phoneNumber }) => phoneNumber,
  phone_number_verified: ({ phoneNumber, phoneNumberVerified }) =>
    phoneNumber === undefined ? undefined : phoneNumberVerified,
}

const ADDRESS: Telling = { address: ({ address }) => address && addressClaim(address) }

/** The standard claims, by the scopes that ask for them (OpenID Connect Core §5.1, §5.4). */
export const standardClaims: readonly UserClaims[] = [
  tell('profile', PROFILE),
  tell('email', EMAIL),
  tell('address', ADDRESS),
  tell('phone', PHONE),
]

function tell(scope: string, telling: Telling): UserClaims {
  return {
    scope,
    names: Object.keys(telling),
    claimsOf: async (_ctx, _user, profile) =>
      Object.fromEntries(Object.entries(telling).map(([name, of]) => [name, of(profile)])),
  }
}

/** OpenID Connect Core §5.1.1. */
function addressClaim({ formatted, streetAddress, locality, region, postalCode, country }: Address): object {
  return { formatted, street_address: streetAddress, locality, region, postal_code: postalCode, country }
}
