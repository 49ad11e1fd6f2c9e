/** An absolute URI, as RFC 6749 §4.5 asks of a grant type that is not in an RFC. */
export const GRIDLESS_GRANT_TYPE = 'urn:grantql:params:oauth:grant-type:gridless'
