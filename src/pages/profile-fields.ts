import { ADDRESS_RULES, CLAIM_RULES } from '../operations/check-profile.ts'
import { snakeCase } from '../plugin/wire-name.ts'
import type { Address } from '../users/profile.ts'
import type { TextClaim } from '../users/profiles.ts'

/** How a person is asked for something of their profile. */
export interface ProfileField {
  /** The path to it in an input: `['address', 'postalCode']`. */
  readonly path: readonly string[]
  /** What the claim is called in OpenID Connect. */
  readonly wire: string
  readonly label: string
  /** The characters that fit. */
  readonly longest: number
  readonly hint?: string
  /** What a browser fills it in with (HTML §4.10.18.7). Defaults to `off`. */
  readonly autocomplete?: string
  /** Which keyboard a phone shows. */
  readonly inputMode?: 'email' | 'tel' | 'url'
  /** Several lines of text. */
  readonly lines?: number
}

/** Fields that belong together; two in a row where there is space. */
export interface ProfileGroup {
  readonly legend: string
  readonly rows: readonly (readonly ProfileField[])[]
}

type Asked = Omit<ProfileField, 'path' | 'wire' | 'longest'>

const claim = (name: TextClaim, asked: Asked): ProfileField => ({
  ...asked,
  path: [name],
  wire: snakeCase(name),
  longest: CLAIM_RULES[name].longest,
})

const addressPart = (name: keyof Address, asked: Asked): ProfileField => ({
  ...asked,
  path: ['address', name],
  wire: snakeCase(name),
  longest: ADDRESS_RULES[name].longest,
})

const EMAIL = claim('email', { label: 'Email', autocomplete: 'email', inputMode: 'email' })
const PHONE_NUMBER = claim('phoneNumber', {
  label: 'Telephone',
  autocomplete: 'tel',
  inputMode: 'tel',
  hint: 'With the code of the country: +44 20 7183 8750',
})

export const PROFILE_GROUPS: readonly ProfileGroup[] = [
  {
    legend: 'Your name',
    rows: [
      [claim('name', { label: 'Full name', autocomplete: 'name' })],
      [
        claim('givenName', { label: 'First names', autocomplete: 'given-name' }),
        claim('familyName', { label: 'Last names', autocomplete: 'family-name' }),
      ],
      [
        claim('middleName', { label: 'Middle names', autocomplete: 'additional-name' }),
        claim('nickname', { label: 'Nickname', autocomplete: 'nickname' }),
      ],
      [
        claim('preferredUsername', {
          label: 'What apps may call you',
          hint: 'You sign in by your user name all the same.',
        }),
      ],
    ],
  },
  { legend: 'How to reach you', rows: [[EMAIL], [PHONE_NUMBER]] },
  {
    legend: 'About you',
    rows: [
      [
        claim('birthdate', { label: 'Date of birth', autocomplete: 'bday', hint: '1815-12-10, or the year alone' }),
        claim('gender', { label: 'Gender', autocomplete: 'sex', hint: 'In your own word' }),
      ],
      [
        claim('locale', { label: 'Language', autocomplete: 'language', hint: 'As a tag: en-GB' }),
        claim('zoneinfo', { label: 'Time zone', hint: 'By its name: Europe/London' }),
      ],
      [claim('website', { label: 'Website', autocomplete: 'url', inputMode: 'url', hint: 'Beginning with https://' })],
      [claim('profile', { label: 'A page about you', inputMode: 'url', hint: 'Beginning with https://' })],
      [
        claim('picture', {
          label: 'A picture of you',
          autocomplete: 'photo',
          inputMode: 'url',
          hint: 'Its address, beginning with https://. It is passed on as it is, and never fetched from here.',
        }),
      ],
    ],
  },
  {
    legend: 'Your address',
    rows: [
      [addressPart('streetAddress', { label: 'Street and house', autocomplete: 'street-address', lines: 2 })],
      [
        addressPart('postalCode', { label: 'Postal code', autocomplete: 'postal-code' }),
        addressPart('locality', { label: 'City', autocomplete: 'address-level2' }),
      ],
      [
        addressPart('region', { label: 'State or region', autocomplete: 'address-level1' }),
        addressPart('country', { label: 'Country', autocomplete: 'country-name' }),
      ],
      [
        addressPart('formatted', {
          label: 'The whole address',
          hint: 'As on an envelope, where the parts do not say it well',
          lines: 4,
        }),
      ],
    ],
  },
]

export const PROFILE_FIELDS: readonly ProfileField[] = PROFILE_GROUPS.flatMap(({ rows }) => rows.flat())
