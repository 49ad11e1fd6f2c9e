import { setting } from 'grantql/plugin'

/** The longest that RFC 6749 §4.1.2 recommends. */
const LONGEST_CODE_SECONDS = 600

export const settings = {
  codeTtlSeconds: setting.integer({
    description: 'Seconds in which a code has to be exchanged. It only travels from the browser to the app.',
    default: 60,
    minimum: 10,
    maximum: LONGEST_CODE_SECONDS,
    perApp: true,
  }),
  copiedCodeTtlSeconds: setting.integer({
    description: 'The same for a code that a person copies by hand, from a page of this server into the app.',
    default: LONGEST_CODE_SECONDS,
    minimum: 10,
    maximum: LONGEST_CODE_SECONDS,
    perApp: true,
  }),
  pkce: setting.choice({
    description: 'Whether an app must bind its codes by PKCE. A public app always must.',
    choices: ['required', 'optional'],
    default: 'required',
    perApp: true,
  }),
  consent: setting.choice({
    description:
      'When a person is asked: once (remember), each time (always), or not at all (never: an app of the house). A public app asks each time unless never.',
    choices: ['remember', 'always', 'never'],
    default: 'remember',
    perApp: true,
  }),
}
