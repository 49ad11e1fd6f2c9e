import { definePlugin } from 'grantql/plugin'
import { formPost } from './form-post.ts'
import { grant } from './grant.ts'
import { responseType } from './response-type.ts'
import { settings } from './settings.ts'

/** Lets an app ask through the browser and come back with a code (RFC 6749 §4.1, RFC 7636, RFC 9207). */
export const authorizationCode = () =>
  definePlugin()({
    id: 'authorization-code',
    settings,
    grants: [grant],
    responseTypes: [responseType],
    responseModes: [formPost],
  })
