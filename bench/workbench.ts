import type { App } from '../src/apps/app.ts'
import type { Core } from '../src/core.ts'
import { createApp } from '../src/operations/create-app.ts'
import { createUser } from '../src/operations/create-user.ts'
import { exchangeToken } from '../src/operations/exchange-token.ts'
import { formParams } from '../src/plugin/raw-params.ts'
import { mintSecret } from '../src/secrets/secret-format.ts'
import { toJson } from '../src/storage/rows.ts'
import type { User } from '../src/users/user.ts'

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

/** What cases prepare with. */
export interface Workbench {
  readonly core: Core
  /** A confidential app with both built-in grants. */
  createApp(tokenFormat?: App['tokenFormat']): Promise<BenchApp>
  createUser(): Promise<User>
  /** An access token of the app's own. */
  issueToken(app: BenchApp): Promise<string>
  /** Codes that a user approved. */
  approvedCodes(app: BenchApp, count: number): Promise<readonly string[]>
}

export function createWorkbench(core: Core): Workbench {
  let madeUsers = 0
  const addUser = () => createUser(core, undefined, { username: `bench-${++madeUsers}`, role: 'admin' })
  return {
    core,
    createUser: addUser,

    async createApp(tokenFormat = 'jwt') {
      const description = { type: 'confidential', grants: ['client_credentials', CODE_GRANT] } as const
      const owner = await addUser()
      const { app, clientSecret = '' } = await createApp(core, owner, {
        ...description,
        name: 'Bench',
        scopes: ['read', 'write'],
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

    async approvedCodes({ app }, count) {
      const user = await addUser()
      const codes: string[] = []
      while (codes.length < count) {
        const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - codes.length) }, () => {
          const { plain, row } = approvedRow(core, app, user)
          codes.push(plain)
          return row
        })
        await core.database.db.insertInto('approval').values(rows).execute()
      }
      return codes
    },
  }
}

function approvedRow(core: Core, app: App, user: User) {
  const at = core.now()
  const millis = at.getTime()
  const code = mintSecret('code', at)
  const scopes = toJson(['read'])
  const row = {
    code_key: code.key,
    handle_key: mintSecret('handle', at).key,
    app_id: app.id,
    grant_type: CODE_GRANT,
    status: 'approved' as const,
    requested_scopes: scopes,
    granted_scopes: scopes,
    user_id: user.id,
    authenticated_at: millis,
    details: '{}',
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
