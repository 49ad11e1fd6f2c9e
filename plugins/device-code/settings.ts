import { setting } from 'grantql/plugin'

export const settings = {
  ttlSeconds: setting.integer({
    description: 'Seconds in which a person types the code and decides, and the device claims its token.',
    default: 600,
    minimum: 60,
    maximum: 3600,
    perApp: true,
  }),
  intervalSeconds: setting.integer({
    description: 'Seconds that a device waits between two claims while nobody has decided.',
    default: 5,
    minimum: 1,
    maximum: 60,
    perApp: true,
  }),
  userCodeCharacters: setting.choice({
    description:
      'What the codes that people type are made of: 20 consonants, or digits where a device has no letters. A change ends the codes that are shown.',
    choices: ['consonants', 'digits'],
    default: 'consonants',
  }),
  userCodeLength: setting.integer({
    description: 'Characters of a code that people type. Of digits there are at least 11.',
    default: 8,
    minimum: 8,
    maximum: 16,
  }),
}
