import { setting } from 'grantql/plugin'

export const settings = {
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
