/** The sections of a document, as far as the index needs them. */
export interface Sections {
  readonly title: string
  /** Those that say MUST, SHOULD or their like of anybody: each has an entry in the index. */
  readonly normative: readonly string[]
}

/** The revision of the OpenID Foundation's conformance suite whose plans are in `index.json`. */
export const SUITE_REVISION = 'release-v5.2.3-84-g12f2a4dac'

const list = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * The sections with requirements of the documents in `index.json`. Left out are those on notation, registries and
 * references, which nobody can see in a server.
 */
export const SECTIONS: Readonly<Record<string, Sections>> = {
  'RFC 6749': {
    title: 'The OAuth 2.0 Authorization Framework',
    normative: list(`2 2.1 2.2 2.3 2.3.1 2.3.2 3.1 3.1.1 3.1.2 3.1.2.1 3.1.2.2 3.1.2.3 3.1.2.4 3.1.2.5 3.2 3.2.1 3.3
      4.1.1 4.1.2 4.1.2.1 4.1.3 4.2.1 4.2.2 4.2.2.1 4.3.1 4.3.2 4.4 4.4.2 4.4.3 5.1 5.2 6 7 7.1 7.2 8.1 8.2 8.3 8.4 8.5 9
      10.1 10.2 10.3 10.4 10.5 10.6 10.7 10.8 10.9 10.10 10.11 10.12 10.13 10.14 10.16`),
  },
  'RFC 6750': { title: 'Bearer Token Usage', normative: list('2 2.1 2.2 2.3 3 3.1 5.2 5.3') },
  'RFC 7636': {
    title: 'Proof Key for Code Exchange by OAuth Public Clients',
    normative: list('4.1 4.2 4.3 4.4 4.4.1 4.5 4.6 5 7.1 7.2 7.4'),
  },
  'RFC 8252': {
    title: 'OAuth 2.0 for Native Apps',
    normative: list('5 6 7 7.1 7.2 7.3 8.1 8.2 8.3 8.4 8.5 8.6 8.9 8.10 8.12'),
  },
  'RFC 8628': {
    title: 'OAuth 2.0 Device Authorization Grant',
    normative: list('3 3.1 3.2 3.3 3.3.1 3.4 3.5 4 5.1 5.2 5.4 5.6 6.1'),
  },
  'RFC 9207': { title: 'OAuth 2.0 Authorization Server Issuer Identification', normative: list('2 2.3 2.4 4') },
  'RFC 9700': {
    title: 'Best Current Practice for OAuth 2.0 Security',
    normative:
      list(`2.1 2.1.1 2.1.2 2.2.1 2.2.2 2.3 2.4 2.5 2.6 3 4.1.3 4.2.4 4.3.2 4.4.2 4.4.2.1 4.4.2.2 4.5.3.2 4.7.1 4.8.2
      4.9.3 4.10 4.11.1 4.11.2 4.12 4.13 4.14.2 4.15 4.15.1 4.16 4.17.2`),
  },
  'RFC 7009': { title: 'OAuth 2.0 Token Revocation', normative: list('2 2.1 2.2 5') },
  'RFC 7662': { title: 'OAuth 2.0 Token Introspection', normative: list('2 2.1 2.2 2.3 4 5') },
  'RFC 9068': {
    title: 'JSON Web Token (JWT) Profile for OAuth 2.0 Access Tokens',
    normative: list('2.1 2.2 2.2.1 2.2.2 2.2.3 2.2.3.1 3 4 5 6'),
  },
  'RFC 7523': {
    title: 'JSON Web Token (JWT) Profile for OAuth 2.0 Client Authentication and Authorization Grants',
    normative: list('2.2 3 3.2 5 7'),
  },
  'RFC 9449': {
    title: 'OAuth 2.0 Demonstrating Proof of Possession (DPoP)',
    normative: list('4.1 4.2 4.3 5 5.2 6 6.1 6.2 7 7.1 7.2 7.3 8 8.1 8.2 9 10 10.1 11.1 11.3 11.4 11.6'),
  },
  'RFC 9126': {
    title: 'OAuth 2.0 Pushed Authorization Requests',
    normative: list('2 2.1 2.2 2.3 2.4 3 4 5 6 7.1 7.2 7.3 7.4 7.5'),
  },
  'RFC 8707': { title: 'Resource Indicators for OAuth 2.0', normative: list('2 2.1 2.2 3') },
  'RFC 9728': {
    title: 'OAuth 2.0 Protected Resource Metadata',
    normative: list('1.2 2 2.1 2.2 3 3.1 3.2 3.3 4 5.1 5.2 6 7.1 7.3 7.4 7.7 7.10'),
  },
  'RFC 8414': { title: 'OAuth 2.0 Authorization Server Metadata', normative: list('2 2.1 3 3.1 3.2 3.3 4 6.1 6.2') },
}

/** The form post plan has the same modules as the basic one. */
const BASIC_MODULES = list(`
  oidcc-server
  oidcc-response-type-missing
  oidcc-idtoken-signature
  oidcc-idtoken-unsigned
  oidcc-userinfo-get
  oidcc-userinfo-post-header
  oidcc-userinfo-post-body
  oidcc-ensure-request-without-nonce-succeeds-for-code-flow
  oidcc-scope-profile
  oidcc-scope-email
  oidcc-scope-address
  oidcc-scope-phone
  oidcc-scope-all
  oidcc-alternate-happy-flow
  oidcc-display-page
  oidcc-display-popup
  oidcc-prompt-login
  oidcc-prompt-none-not-logged-in
  oidcc-prompt-none-logged-in
  oidcc-max-age-1
  oidcc-max-age-10000
  oidcc-ensure-request-with-unknown-parameter-succeeds
  oidcc-id-token-hint
  oidcc-login-hint
  oidcc-ui-locales
  oidcc-claims-locales
  oidcc-ensure-request-with-acr-values-succeeds
  oidcc-codereuse
  oidcc-codereuse-30seconds
  oidcc-ensure-registered-redirect-uri
  oidcc-ensure-post-request-succeeds
  oidcc-server-client-secret-post
  oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
  oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported
  oidcc-claims-essential
  oidcc-ensure-request-object-with-redirect-uri
  oidcc-refresh-token
  oidcc-ensure-request-with-valid-pkce-succeeds`)

/** Plans of the conformance suite, at {@link SUITE_REVISION}, with their modules: both by the suite's own names. */
export const PLANS: Readonly<Record<string, readonly string[]>> = {
  'oidcc-basic-certification-test-plan': BASIC_MODULES,
  'oidcc-config-certification-test-plan': ['oidcc-discovery-endpoint-verification'],
  'oidcc-formpost-basic-certification-test-plan': BASIC_MODULES,
  'oidcc-rp-initiated-logout-certification-test-plan': list(`
    oidcc-rp-initiated-logout-discovery-endpoint-verification
    oidcc-rp-initiated-logout
    oidcc-rp-initiated-logout-bad-post-logout-redirect-uri
    oidcc-rp-initiated-logout-modified-id-token-hint
    oidcc-rp-initiated-logout-no-id-token-hint
    oidcc-rp-initiated-logout-no-params
    oidcc-rp-initiated-logout-no-post-logout-redirect-uri
    oidcc-rp-initiated-logout-no-state
    oidcc-rp-initiated-logout-only-state
    oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
    oidcc-rp-initiated-logout-bad-id-token-hint`),
  'oidcc-backchannel-rp-initiated-logout-certification-test-plan': list(`
    oidcc-backchannel-logout-discovery-endpoint-verification
    oidcc-backchannel-rp-initiated-logout`),
}
