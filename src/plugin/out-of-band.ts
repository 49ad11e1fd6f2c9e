/** The redirect URI of an app that nobody can be redirected to: it shows a code to a person, who copies it. */
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
