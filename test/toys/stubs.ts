import { createHash, randomBytes } from 'node:crypto'
import {
  AccessDenied,
  defineError,
  defineGrant,
  defineOperation,
  definePlugin,
  field,
  InvalidGrant,
  InvalidRequest,
  InvalidScope,
  param,
  provesPkce,
  readLooseParams,
  readPkceChallenge,
  setting,
  type TokenSet,
} from 'grantql/plugin'

/** Stubs of what comes later, through the door that is there now. */

const refreshSettings = {
  idleSeconds: setting.integer({ description: 'Seconds unused.', default: 1000 }),
  absoluteSeconds: setting.integer({ description: 'Seconds in all.', default: 5000 }),
}

/** RFC 6749 §6. */
export const refreshStub = () =>
  definePlugin()({
    id: 'toy-refresh',
    settings: refreshSettings,
    grants: [
      defineGrant()({
        grantType: 'urn:toy:refresh',
        mutation: 'toyRefresh',
        spec: 'RFC 6749 §6',
        description: 'A stub of refresh.',
        clientAuth: 'public-allowed',
        refreshes: refreshSettings,
        params: {
          refreshToken: param.string({ description: 'The refresh token.', secret: true }),
          scopes: param.scopes({ description: 'Fewer scopes.' }),
        },
        errors: [InvalidGrant],
        async exchange(ctx, { refreshToken, scopes }) {
          const family = await ctx.tokens.refreshing({ refreshToken, retryWindowSeconds: 0 })
          if ('repeated' in family) return family
          if (scopes && !scopes.every((scope) => family.scopes.includes(scope))) throw new InvalidScope()
          return { ...family.issuance, scopes: scopes ?? family.scopes }
        },
      }),
    ],
  })

/** OpenID Connect Core §2: a companion beside the access token. */
export const idTokenStub = () =>
  definePlugin()({
    id: 'toy-id-token',
    scopes: [{ name: 'toy-openid', description: 'Know who you are' }],
    claims: [{ names: ['toy_claim'], claims: async () => ({ toy_claim: 'added' }) }],
    tokenCompanions: [
      {
        field: 'idToken',
        description: 'Who the user is.',
        async issue(ctx, issuance, accessToken) {
          if (!issuance.scopes.includes('toy-openid') || !('userId' in issuance.subject)) return undefined
          const digest = createHash('sha256').update(accessToken).digest().subarray(0, 16)
          return ctx.tokens.sign(
            {
              iss: ctx.issuer,
              sub: issuance.subject.userId,
              aud: ctx.app.clientId,
              at_hash: digest.toString('base64url'),
            },
            { type: 'JWT' },
          )
        },
      },
    ],
  })

const InvalidProof = defineError({ code: 'invalid_toy_proof', message: 'The proof is wrong.', spec: 'RFC 9449 §5' })

/** RFC 9449: a proof on the request binds what is issued. The stub takes a header at its word. */
export const senderConstraintStub = () =>
  definePlugin()({
    id: 'toy-dpop',
    errors: [InvalidProof],
    senderConstraints: [
      {
        id: 'toy-dpop',
        tokenType: 'DPoP',
        confirmation: 'jkt',
        async constrain(ctx) {
          const proof = ctx.request.headers.get('dpop')
          if (proof === null) return undefined
          if (!proof.startsWith('key-')) throw new InvalidProof()
          return proof
        },
      },
    ],
  })

/** RFC 8707: a parameter of every grant that changes the audience. */
export const resourceStub = () =>
  definePlugin()({
    id: 'toy-resource',
    tokenParams: [
      {
        id: 'resource',
        params: { resource: param.string({ description: 'Whom the token is for.', optional: true }) },
        async apply(_ctx, issuance, { resource }) {
          return typeof resource === 'string' ? { ...issuance, audience: [resource] } : issuance
        },
      },
    ],
  })

interface PushedTables {
  toy_pushed_request: { id: string; params: string; used_at: number | null }
}

/** RFC 9126: a request that was pushed, and where authorize finds it. */
export const pushedRequestStub = () =>
  definePlugin<PushedTables>()({
    id: 'toy-pushed',
    tables: ['toy_pushed_request'],
    migrations: {
      '0001-request': {
        async up(db, columns) {
          await db.schema
            .createTable('toy_pushed_request')
            .ifNotExists()
            .addColumn('id', columns.id, (column) => column.primaryKey().notNull())
            .addColumn('params', columns.json, (column) => column.notNull())
            .addColumn('used_at', columns.millis)
            .execute()
        },
      },
    },
    operations: [
      defineOperation<PushedTables>()({
        mutation: 'toyPush',
        path: '/oauth/toy-par',
        metadata: 'pushed_authorization_request_endpoint',
        spec: 'RFC 9126 §2',
        description: 'A stub of pushed requests.',
        clientAuth: 'public-allowed',
        params: {
          responseType: param.string({ description: 'As at authorize.' }),
          redirectUri: param.string({ description: 'As at authorize.' }),
          state: param.string({ description: 'As at authorize.', optional: true }),
        },
        errors: [],
        resultType: 'PushedRequest',
        result: {
          requestUri: field.string({ description: 'What authorize is given.' }),
          expiresInSeconds: field.integer({ description: 'Seconds.', wireName: 'expires_in' }),
        },
        async run(ctx, { responseType, redirectUri, state }) {
          const id = randomBytes(12).toString('hex')
          const params = { client_id: ctx.app.clientId, response_type: responseType, redirect_uri: redirectUri, state }
          await ctx.db
            .insertInto('toy_pushed_request')
            .values({ id, params: JSON.stringify(params), used_at: null })
            .execute()
          return { requestUri: `urn:toy:request:${id}`, expiresInSeconds: 60 }
        },
      }),
    ],
    requestSources: [
      {
        id: 'toy-pushed',
        recognises: (params) => String(params.all('request_uri')[0] ?? '').startsWith('urn:toy:request:'),
        async load(ctx, params) {
          const id = String(params.all('request_uri')[0]).slice('urn:toy:request:'.length)
          const used = await ctx.db
            .updateTable('toy_pushed_request')
            .set({ used_at: ctx.now().getTime() })
            .where('id', '=', id)
            .where('used_at', 'is', null)
            .executeTakeFirst()
          if (used.numUpdatedRows !== 1n)
            throw new InvalidRequest({ message: 'The pushed request is used or unknown.' })
          const row = await ctx.db
            .selectFrom('toy_pushed_request')
            .selectAll()
            .where('id', '=', id)
            .executeTakeFirstOrThrow()
          return JSON.parse(row.params) as Record<string, string>
        },
      },
    ],
  })

/** RFC 6749 §4.1 as a stub: a response type and the grant that claims what it opened. */
export const authorizationCodeStub = () =>
  definePlugin()({
    id: 'toy-authorize',
    responseTypes: [
      {
        responseType: 'toy_code',
        grantType: 'urn:toy:authorization-code',
        defaultMode: 'query',
        ttlSeconds: 60,
        async open(_ctx, { params }) {
          const text = (name: string) => params.all(name)[0] as string | undefined
          const codeChallenge = readPkceChallenge(text('code_challenge'), text('code_challenge_method'))
          return codeChallenge === undefined ? {} : { codeChallenge }
        },
        complete: async (_ctx, _approval, code) => ({ code }),
      },
    ],
    responseModes: [
      {
        mode: 'toy_header',
        respond: (redirectUri, members) =>
          new Response(null, {
            status: 303,
            headers: { location: redirectUri, 'x-toy': new URLSearchParams(members).toString() },
          }),
      },
    ],
    grants: [
      defineGrant()({
        grantType: 'urn:toy:authorization-code',
        mutation: 'toyExchangeCode',
        spec: 'RFC 6749 §4.1.3',
        description: 'A stub of the authorization code grant.',
        clientAuth: 'public-allowed',
        forUsers: true,
        params: {
          code: param.approvalCode({ description: 'The code.' }),
          codeVerifier: param.string({ description: 'The verifier.', optional: true, secret: true }),
        },
        errors: [InvalidGrant, AccessDenied],
        async exchange(ctx, { code, codeVerifier }) {
          const { approval, redemption } = await ctx.approvals.claim({
            code,
            grantType: 'urn:toy:authorization-code',
            proof: ({ details }) => provesPkce(details.codeChallenge as string | undefined, codeVerifier),
          })
          return { subject: { userId: approval.userId }, scopes: approval.grantedScopes, redeems: redemption }
        },
      }),
    ],
  })

const print = (tokens: TokenSet) => ({ token: tokens.accessToken, lives: tokens.expiresInSeconds })

/** A toy dialect that shares /oauth/token: other names for everything, and errors of its own shape. */
export const dialectStub = () =>
  definePlugin()({
    id: 'toy-dialect',
    dialect: {
      id: 'toy',
      recognises: (_request, params) => params.all('toy').length > 0,
      mintClientId: () => `TOY-${randomBytes(8).toString('hex')}`,
      mintClientSecret: () => randomBytes(20).toString('hex'),
      sharedEndpoints: [
        {
          method: 'POST',
          path: '/oauth/token',
          async handle(ctx, request) {
            const params = await readLooseParams(ctx.request, Buffer.from(await request.arrayBuffer()))
            const text = (name: string) => params.all(name)[0] as string | undefined
            const tokens = await ctx.operations.exchangeToken({
              grantType: text('kind') === 'self' ? 'client_credentials' : (text('kind') ?? ''),
              params,
              credentials: { clientId: text('client_id'), clientSecret: text('key') },
              request: ctx.request,
            })
            return Response.json(print(tokens))
          },
        },
      ],
      renderError: (error) => Response.json({ oops: error.code }, { status: 418 }),
    },
  })
