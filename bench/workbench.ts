import type { App } from '../src/apps/app.ts'
import type { Core } from '../src/core.ts'
import { createApp } from '../src/operations/create-app.ts'
import { createUser } from '../src/operations/create-user.ts'
import { exchangeToken } from '../src/operations/exchange-token.ts'
import { formParams } from '../src/plugin/raw-params.ts'
import { mintSecret } from '../src/secrets/secret-format.ts'
import { toJson } from '../src/storage/rows.ts'
import type { User } from '../src/users/user.ts'
import { storeRefreshTokens } from './refresh-tokens.ts'

const CODE_GRANT = 'urn:grantql:params:oauth:grant-type:code'
const ROWS_PER_INSERT = 500
const FORM = 'application/x-www-form-urlencoded'

export interface BenchApp {
  readonly app: App
  readonly clientId: string
  readonly clientSecret: string
  /** A form, and who sends it. */
  readonly formHeaders: Readonly<Record<string, string>>
}

/** What is different of an app: JWTs, client credentials and codes where nothing is said. */
export type BenchAppOptions = Partial<Pick<App, 'grants' | 'redirectUris' | 'tokenFormat'>>

/** How codes were asked for. Defaults to the code grant, with nothing to prove. */
export interface CodeOptions {
  readonly grantType?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** What cases prepare with. */
export interface Workbench {
  readonly core: Core
  /** A confidential app. */
  createApp(options?: BenchAppOptions): Promise<BenchApp>
  createUser(): Promise<User>
  /** An access token of the app's own. */
  issueToken(app: BenchApp): Promise<string>
  /** Codes that a user approved. */
  approvedCodes(app: BenchApp, count: number, options?: CodeOptions): Promise<readonly string[]>
  /** Refresh tokens, each of a family of its own. */
  refreshTokens(app: BenchApp, count: number): Promise<readonly string[]>
}

export function createWorkbench(core: Core): Workbench {
  let madeUsers = 0
  const addUser = () => createUser(core, undefined, { username: `bench-${++madeUsers}`, role: 'admin' })
  return {
    core,
    createUser: addUser,

    async createApp({ tokenFormat = 'jwt', grants = ['client_credentials', CODE_GRANT], redirectUris = [] } = {}) {
      const owner = await addUser()
      const { app, clientSecret = '' } = await createApp(core, owner, {
        type: 'confidential',
        name: 'Bench',
        scopes: ['read', 'write'],
        grants,
        redirectUris,
      })
      if (tokenFormat !== app.tokenFormat) await core.apps.update({ ...app, tokenFormat })
      const { clientId } = app
      const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
      return { app, clientId, clientSecret, formHeaders: { 'content-type': FORM, authorization } }
    },

    async issueToken({ clientId, clientSecret }) {
      const tokens = await exchangeToken(core, {
        grantType: 'client_credentials',
        params: formParams(new URLSearchParams({ scope: 'read' })),
        credentials: { clientId, clientSecret },
        request: {
          id: 'bench',
          arrivedAt: core.now(),
          method: 'POST',
          url: new URL(core.issuer),
          headers: new Headers(),
          address: undefined,
        },
      })
      return tokens.accessToken
    },

    async approvedCodes({ app }, count, options) {
      const user = await addUser()
      const codes: string[] = []
      while (codes.length < count) {
        const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - codes.length) }, () => {
          const { plain, row } = approvedRow(core, app, user, options)
          codes.push(plain)
          return row
        })
        await core.database.db.insertInto('approval').values(rows).execute()
      }
      return codes
    },

    refreshTokens: async ({ app }, count) => storeRefreshTokens(core, app, await addUser(), count),
  }
}

function approvedRow(core: Core, app: App, user: User, { grantType = CODE_GRANT, details = {} }: CodeOptions = {}) {
  const at = core.now()
  const millis = at.getTime()
  const code = mintSecret('code', at)
  const scopes = toJson(['read'])
  const row = {
    code_key: code.key,
    handle_key: mintSecret('handle', at).key,
    app_id: app.id,
    grant_type: grantType,
    status: 'approved' as const,
    requested_scopes: scopes,
    granted_scopes: scopes,
    user_id: user.id,
    authenticated_at: millis,
    methods: null,
    session_id: null,
    details: toJson(details),
    failed_proofs: 0,
    family_id: null,
    claim_id: null,
    created_at: millis,
    decided_at: millis,
    claimed_at: null,
    expires_at: millis + 600_000,
    purge_at: millis + 3_600_000,
  }
  return { plain: code.plain, row }
}
