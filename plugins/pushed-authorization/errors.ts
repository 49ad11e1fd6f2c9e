import { defineError } from 'grantql/plugin'

export const InvalidRequestUri = defineError({
  code: 'invalid_request_uri',
  spec: 'RFC 9126 §4, RFC 9101 §6',
  message: 'This request is over, was used already, or belongs to another app. Go back to the app and start again.',
  description: 'Returned when a pushed request is unknown, over, used, or another app’s.',
})
