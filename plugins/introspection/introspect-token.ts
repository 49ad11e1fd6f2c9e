import { defineOperation, field, param } from 'grantql/plugin'

export const introspectToken = defineOperation()({
  mutation: 'introspectToken',
  path: '/oauth/introspect',
  metadata: 'introspection_endpoint',
  spec: 'RFC 7662',
  description: 'Tells whether a token is active. An app sees its own tokens, and others by an admin’s leave.',
  clientAuth: 'required',
  params: {
    token: param.string({ description: 'The token in question.', secret: true, maxLength: 16_384 }),
    tokenTypeHint: param.string({
      description: 'What kind of token it may be. The server finds out by itself.',
      optional: true,
    }),
  },
  errors: [],
  resultType: 'TokenIntrospection',
  result: {
    active: field.boolean({
      description: 'False for everything that is not a live token of yours; nothing else is said then.',
    }),
    scopes: field.strings({ description: 'What it may do.', wireName: 'scope', optional: true }),
    clientId: field.string({ description: 'Whose token it is.', optional: true }),
    dialect: field.string({
      description:
        'The system whose scopes these are; left out for the standard. An API takes the tokens of its own alone.',
      optional: true,
    }),
    username: field.string({ description: 'The user whom it acts for.', optional: true }),
    tokenType: field.string({
      description: 'How it is presented: Bearer, or the type of what binds it to a key.',
      optional: true,
    }),
    expiresAt: field.instant({ description: 'When it ends by itself.', wireName: 'exp', optional: true }),
    issuedAt: field.instant({ description: 'When it was issued.', wireName: 'iat', optional: true }),
    subject: field.string({
      description: 'Whom it acts for: the user as its app knows them, or the app.',
      wireName: 'sub',
      optional: true,
    }),
    audience: field.list({ description: 'Whom it is for.', wireName: 'aud', optional: true }),
    issuer: field.string({ description: 'Who issued it.', wireName: 'iss', optional: true }),
    tokenId: field.string({ description: 'Its id.', wireName: 'jti', optional: true }),
    confirmation: field.json({
      description: 'The key that it is bound to (RFC 7800 §3.1): an API asks for a proof of it.',
      wireName: 'cnf',
      optional: true,
    }),
  },
  async run(ctx, { token }) {
    const active = await ctx.tokens.find(token)
    const maySee = active?.appId === ctx.app.id || ctx.app.privileges.includes('introspect-any-token')
    if (!active || !maySee) return { active: false }
    return {
      active: true,
      scopes: active.scopes,
      clientId: active.clientId,
      dialect: active.dialect,
      username: active.username,
      tokenType: active.tokenType,
      expiresAt: active.expiresAt,
      issuedAt: active.issuedAt,
      subject: active.subject,
      audience: active.audience.length > 0 ? active.audience : undefined,
      issuer: ctx.issuer,
      tokenId: active.id,
      confirmation: active.claims.cnf,
    }
  },
})
