import { param } from 'grantql/plugin'

/** Once for each resource on the wire (RFC 8707 §2). */
export const params = {
  resources: param.list({
    description: 'URIs of the APIs that the token shall be good at, without a fragment. Left out: as the scopes say.',
    wireName: 'resource',
    optional: true,
    maxLength: 2048,
  }),
}
