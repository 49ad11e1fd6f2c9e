import { setting } from '../plugin/setting.ts'

/** What operators change of core itself while it runs; stored as `core.<name>`. */
export const coreSettings = {
  doubleSubmitSeconds: setting.integer({
    description:
      'Seconds after a claim in which the same code, sent again by an app that proves to be the same, is an honest double submit. 0 ends the tokens at once.',
    default: 2,
    minimum: 0,
    maximum: 60,
    perApp: true,
  }),
  clientAuthMethods: setting.list({
    description:
      'How an app may prove who it is, by the names in token_endpoint_auth_methods_supported. Empty: by all that it has a secret or keys for.',
    default: [],
    perApp: true,
  }),
  auditRetentionDays: setting.integer({
    description: 'Days for which the audit log is kept. 0 keeps it for ever.',
    default: 365,
    minimum: 0,
    maximum: 3650,
  }),
}
