import { beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import type { OAuthError } from '../../src/errors/oauth-error.ts'
import type { ProfileInput } from '../../src/operations/check-profile.ts'
import { createUser } from '../../src/operations/create-user.ts'
import { findProfile } from '../../src/operations/find-profile.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { updateProfile } from '../../src/operations/update-profile.ts'
import { errorCode, openTestCore, signedInUser, type TestCore } from '../support/core.ts'
import { databases } from '../support/database.ts'

const EVERYTHING = {
  name: 'Ada King, Countess of Lovelace',
  givenName: 'Augusta Ada',
  familyName: 'Lovelace',
  middleName: 'Byron',
  nickname: 'Ada',
  preferredUsername: 'ada.l',
  profile: 'https://example.com/ada',
  picture: 'https://example.com/ada.jpg',
  website: 'http://ada.example/',
  email: 'ada@example.com',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  phoneNumber: '+442071838750',
  address: {
    formatted: '12 St James’s Square\nLondon SW1Y 4JH',
    streetAddress: '12 St James’s Square',
    locality: 'London',
    region: 'Greater London',
    postalCode: 'SW1Y 4JH',
    country: 'United Kingdom',
  },
} satisfies ProfileInput

/** The path that a refusal names; `no mistake` where there is none. */
async function fieldOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt
  } catch (error) {
    return (error as OAuthError).values.field ?? error
  }
  return 'no mistake'
}

describe.each(databases)('a profile ($name)', (database) => {
  let opened: TestCore
  beforeAll(async () => {
    opened = await openTestCore(database)
  })
  const somebody = async () => {
    const { core, clock } = opened
    const { user } = await signedInUser(core)
    const { user: admin } = await signedInUser(core, 'admin')
    return { core, clock, user, admin, write: (input: ProfileInput) => updateProfile(core, user, user.id, input) }
  }

  it('of somebody who has said nothing has their user name, and is as old as they are (OpenID Connect Core §5.1)', async () => {
    const { core, user } = await somebody()
    expect(await findProfile(core, user.id)).toEqual({
      preferredUsername: user.username,
      emailVerified: false,
      phoneNumberVerified: false,
      updatedAt: user.createdAt,
    })
    expect(await findProfile(core, 'nobody')).toBeUndefined()
  })

  it('keeps every standard claim, and plugins read it by the door (OpenID Connect Core §5.1)', async () => {
    const { core, clock, user, write } = await somebody()
    clock.pass({ seconds: 60 })
    const expected = { ...EVERYTHING, emailVerified: false, phoneNumberVerified: false, updatedAt: core.now() }
    expect(await write(EVERYTHING)).toEqual(expected)
    expect(await pluginContext(core, 'code').users.profile(user.id)).toEqual(expected)
    expect(await pluginContext(core, 'code').users.profile('nobody')).toBeUndefined()
  })

  it('keeps what a change leaves out, and loses what is null or blank', async () => {
    const { write } = await somebody()
    await write(EVERYTHING)
    const left = await write({ name: null, nickname: '  ', preferredUsername: null, address: {} })
    expect(left).toMatchObject({ givenName: 'Augusta Ada', email: 'ada@example.com' })
    expect(left).not.toHaveProperty('name')
    expect(left).not.toHaveProperty('nickname')
    expect(left).not.toHaveProperty('address')
    expect(left.preferredUsername).toMatch(/^u/)
    expect((await write({ address: { country: 'France' } })).address).toEqual({ country: 'France' })
    expect(await write({ address: null })).not.toHaveProperty('address')
  })

  it('is the same text in every script, with the longest name that there may be', async () => {
    const { core, user, write } = await somebody()
    const names = ['Нина Риччи', '山田 太郎', 'محمد بن سلمان', 'ನಾರಾಯಣ', '👩‍👩‍👧 & co', 'x'.repeat(200)]
    for (const name of names) {
      await write({ name })
      expect((await findProfile(core, user.id))?.name).toBe(name)
    }
    expect((await write({ name: 'Amelie\u0301 ' })).name).toBe('Amelié')
  })

  it.each<[string, ProfileInput, string[]]>([
    ['a name of 201 characters', { name: 'x'.repeat(201) }, ['name']],
    ['a name with a line break', { givenName: 'a\nb' }, ['givenName']],
    ['a name that turns the direction of writing', { familyName: 'a\u202eb' }, ['familyName']],
    ['half a surrogate pair', { nickname: 'a\ud83d' }, ['nickname']],
    ['a NUL', { middleName: 'a\0b' }, ['middleName']],
    ['a URL that is a script', { profile: 'javascript:alert(1)' }, ['profile']],
    ['a URL that is data', { picture: 'data:image/png;base64,AAAA' }, ['picture']],
    ['a URL without a scheme', { website: 'ada.example' }, ['website']],
    ['a URL with a password', { website: 'https://a:b@ada.example/' }, ['website']],
    ['a URL of 2,001 characters', { website: `https://ada.example/${'x'.repeat(1981)}` }, ['website']],
    ['an email without a domain', { email: 'ada' }, ['email']],
    ['an email with a space', { email: 'ada l@example.com' }, ['email']],
    ['an email with two dots', { email: 'ada..l@example.com' }, ['email']],
    ['an email with a line break', { email: 'ada@example.com\nBcc: all@example.com' }, ['email']],
    ['an email that is a list', { email: 'ada@example.com,grace@example.com' }, ['email']],
    ['an email of 255 characters', { email: `ada@${'x.'.repeat(125)}y` }, ['email']],
    ['a gender of 65 characters', { gender: 'x'.repeat(65) }, ['gender']],
    ['a day that no month has', { birthdate: '1815-02-30' }, ['birthdate']],
    ['a date in another order', { birthdate: '10.12.1815' }, ['birthdate']],
    ['the year nought alone', { birthdate: '0000' }, ['birthdate']],
    ['a time zone that is nowhere', { zoneinfo: 'Europe/Atlantis' }, ['zoneinfo']],
    ['an offset for a time zone', { zoneinfo: '+01:00' }, ['zoneinfo']],
    ['a language that is no tag', { locale: 'English (British)' }, ['locale']],
    ['a telephone number without a country', { phoneNumber: '020 7183 8750' }, ['phoneNumber']],
    ['a telephone number of 16 digits', { phoneNumber: '+4420718387501234' }, ['phoneNumber']],
    ['letters in a telephone number', { phoneNumber: '+44 CALL NOW' }, ['phoneNumber']],
    ['a city on two lines', { address: { locality: 'Lon\ndon' } }, ['address', 'locality']],
    ['an address of 1,001 characters', { address: { formatted: 'x'.repeat(1001) } }, ['address', 'formatted']],
  ])('refuses %s and names the field: invalid_input', async (_what, input, field) => {
    const { core, user, write } = await somebody()
    expect(await fieldOf(write({ name: 'Ada', ...input }))).toEqual(field)
    expect(await core.profiles.of(user.id)).toBeUndefined()
  })

  it.each<[ProfileInput, Partial<ProfileInput>]>([
    [{ locale: 'pt_br' }, { locale: 'pt-BR' }],
    [{ phoneNumber: '+33 (1) 44-55.66 77' }, { phoneNumber: '+33144556677' }],
    [{ birthdate: '0000-02-29' }, { birthdate: '0000-02-29' }],
    [{ birthdate: '1815' }, { birthdate: '1815' }],
    [{ website: ' HTTPS://Ada.Example ' }, { website: 'https://ada.example/' }],
    [{ zoneinfo: 'Asia/Kolkata' }, { zoneinfo: 'Asia/Kolkata' }],
    [{ email: 'ada+lists@bücher.example' }, { email: 'ada+lists@bücher.example' }],
    [{ address: { formatted: 'a\r\nb' } }, { address: { formatted: 'a\nb' } }],
  ])('reads %o as %o', async (input, expected) => {
    const { write } = await somebody()
    expect(await write(input)).toMatchObject(expected)
  })

  it('is changed by the user themselves and by admins: not_found for everybody else', async () => {
    const { core, user, admin } = await somebody()
    const { user: other } = await signedInUser(core)
    expect(await errorCode(updateProfile(core, other, user.id, { name: 'x' }))).toBe('not_found')
    expect(await errorCode(updateProfile(core, admin, 'nobody', { name: 'x' }))).toBe('not_found')
    expect(await updateProfile(core, admin, user.id, { name: 'By an admin' })).toMatchObject({ name: 'By an admin' })
  })

  it('an admin alone verifies an address or a number, and a new one is not verified', async () => {
    const { core, user, admin, write } = await somebody()
    await write({ email: 'first@example.com', phoneNumber: '+442071838750' })
    expect(await fieldOf(write({ emailVerified: true }))).toEqual(['emailVerified'])
    expect(await fieldOf(write({ phoneNumberVerified: true }))).toEqual(['phoneNumberVerified'])
    const verified = { emailVerified: true, phoneNumberVerified: true }
    expect(await updateProfile(core, admin, user.id, verified)).toMatchObject(verified)
    expect(await write({ name: 'Ada', email: 'first@example.com' })).toMatchObject(verified)
    expect(await write({ email: 'other@example.com' })).toMatchObject({ ...verified, emailVerified: false })
    expect(await write({ phoneNumber: '+442071838751' })).toMatchObject({ phoneNumberVerified: false })
    const both = { email: 'third@example.com', emailVerified: true }
    expect(await updateProfile(core, admin, user.id, both)).toMatchObject(both)
    expect(await write({ email: null })).toMatchObject({ emailVerified: false })
    expect(await fieldOf(updateProfile(core, admin, user.id, { emailVerified: true }))).toEqual(['emailVerified'])
  })

  it('any number of users may claim an address, and one of them has it verified, in whichever case it is written', async () => {
    const { core, user, admin, write } = await somebody()
    const { user: other } = await signedInUser(core)
    await write({ email: 'Ada@Example.com' })
    await updateProfile(core, other, other.id, { email: 'ada@example.com' })
    await updateProfile(core, admin, user.id, { emailVerified: true })
    expect(await fieldOf(updateProfile(core, admin, other.id, { emailVerified: true }))).toEqual(['email'])
    const { user: third } = await signedInUser(core)
    const claim = { email: 'ADA@example.com', emailVerified: true }
    expect(await fieldOf(updateProfile(core, admin, third.id, claim))).toEqual(['email'])
    expect(await core.profiles.userIdByVerifiedEmail('ada@EXAMPLE.com')).toBe(user.id)
    await write({ email: null })
    await updateProfile(core, admin, other.id, { emailVerified: true })
    expect(await core.profiles.userIdByVerifiedEmail('ada@example.com')).toBe(other.id)
  })

  it('of 8 admins who verify one address for 8 users at once, one does', async () => {
    const { core, admin } = await somebody()
    const users = await Promise.all(Array.from({ length: 8 }, () => signedInUser(core)))
    const claim = { email: 'grace@example.com', emailVerified: true }
    const outcomes = await Promise.all(users.map(({ user }) => fieldOf(updateProfile(core, admin, user.id, claim))))
    expect(outcomes.filter((outcome) => outcome === 'no mistake')).toHaveLength(1)
    expect(outcomes.filter((outcome) => String(outcome) === 'email')).toHaveLength(7)
  })

  it('a verification holds for the address that the admin saw, and for no later one', async () => {
    const { core, user, write } = await somebody()
    await write({ email: 'ada@example.com' })
    const verifyWhatWasSeen = (email: string) =>
      core.database.transaction((trx) =>
        core.profiles.update(trx, user.id, { emailVerified: true }, core.now(), { email }),
      )
    await write({ email: 'mallory@example.com' })
    expect(await verifyWhatWasSeen('ada@example.com')).toBe('changed-meanwhile')
    expect(await findProfile(core, user.id)).toMatchObject({ email: 'mallory@example.com', emailVerified: false })
  })

  it('whatever is changed at once is all there, the very first row included', async () => {
    const { user, core, write } = await somebody()
    await Promise.all([
      write({ name: 'Ada' }),
      write({ locale: 'en' }),
      write({ gender: 'x' }),
      write({ nickname: 'A' }),
    ])
    expect(await findProfile(core, user.id)).toMatchObject({ name: 'Ada', locale: 'en', gender: 'x', nickname: 'A' })
  })

  it('is on record by who changed which fields, without what they say', async () => {
    const { core, user, admin, write } = await somebody()
    await write({ name: 'Ada', email: 'recorded@example.com' })
    await write({ name: 'Ada' })
    await updateProfile(core, admin, user.id, { emailVerified: true }, 'request-1')
    const events = (await core.audit.list({ limit: 10 })).filter(
      ({ kind, userId }) => kind === 'user.updated' && userId === user.id,
    )
    expect(events).toMatchObject([
      { userId: user.id, requestId: 'request-1', details: { by: admin.id, changed: ['emailVerified'] } },
      { userId: user.id, details: { by: user.id, changed: ['name', 'email'] } },
    ])
    expect(JSON.stringify(events)).not.toContain('recorded@example.com')
  })
})

describe.each(databases)('a user who is made with an email ($name)', (database) => {
  const emailOf = async (core: Core, userId: string) => {
    const { email, emailVerified } = (await findProfile(core, userId)) ?? {}
    return { email, emailVerified }
  }

  it('has it in their profile, unverified', async () => {
    const { core } = await openTestCore(database)
    const user = await createUser(core, undefined, { username: 'ada', email: ' ada@example.com ' })
    expect(await emailOf(core, user.id)).toEqual({ email: 'ada@example.com', emailVerified: false })
    const byPlugin = await pluginContext(core, 'code').users.create({ username: 'grace', email: 'grace@example.com' })
    expect(await emailOf(core, byPlugin.id)).toEqual({ email: 'grace@example.com', emailVerified: false })
  })

  it('is not made where it is no address, and has none where it is blank', async () => {
    const { core } = await openTestCore(database)
    expect(await fieldOf(createUser(core, undefined, { username: 'ada', email: 'nowhere' }))).toEqual(['email'])
    expect(await core.users.byName('ada')).toBeUndefined()
    const user = await createUser(core, undefined, { username: 'ada', email: '' })
    expect(await emailOf(core, user.id)).toEqual({ email: undefined, emailVerified: false })
  })
})
