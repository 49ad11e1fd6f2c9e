import type { App } from '../src/apps/app.ts'
import type { Core } from '../src/core.ts'
import { generateId } from '../src/secrets/generate-id.ts'
import { mintSecret } from '../src/secrets/secret-format.ts'
import { familyRow, refreshTokenRow } from '../src/tokens/minted-rows.ts'
import type { User } from '../src/users/user.ts'

const FAMILIES_PER_INSERT = 250
const LIFETIME_MS = 24 * 60 * 60 * 1000

/** Stores so many families with an unused refresh token each, as if a user had said yes as often. */
export async function storeRefreshTokens(core: Core, app: App, user: User, count: number): Promise<readonly string[]> {
  const plain: string[] = []
  while (plain.length < count) {
    const families = Array.from({ length: Math.min(FAMILIES_PER_INSERT, count - plain.length) }, () =>
      newFamily(core, app, user),
    )
    await core.database.transaction((trx) =>
      core.tokenRows.insertAll(
        trx,
        families.map(({ rows }) => rows),
      ),
    )
    plain.push(...families.map((family) => family.plain))
  }
  return plain
}

function newFamily(core: Core, app: App, { id: userId }: User) {
  const at = core.now()
  const expiresAt = new Date(at.getTime() + LIFETIME_MS)
  const familyId = generateId(at)
  const refresh = mintSecret('refreshToken', at)
  const token = {
    app,
    grantType: 'authorization_code',
    issuance: { subject: { userId }, scopes: ['read', 'write'], refreshable: true, authenticatedAt: at },
    provenKey: undefined,
    tokenId: generateId(at),
    familyId,
    userId,
    subject: userId,
    at,
    expiresAt,
  }
  const rows = {
    family: familyRow(token, familyId, expiresAt),
    refreshToken: refreshTokenRow(token, familyId, refresh.key, expiresAt),
  }
  return { plain: refresh.plain, rows }
}
