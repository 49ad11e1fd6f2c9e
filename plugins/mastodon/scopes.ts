import type { ScopeDeclaration } from 'grantql/plugin'

/** What is asked for where nothing is. */
export const DEFAULT_SCOPE = 'read'

/** The parts of an account, in words; `read:<part>` and `write:<part>` are the scopes for it. */
const PARTS: Readonly<Record<string, { readonly label: string; readonly has: 'both' | 'read' | 'write' }>> = {
  accounts: { label: 'Your account and profile', has: 'both' },
  blocks: { label: 'Whom you block', has: 'both' },
  bookmarks: { label: 'Your bookmarks', has: 'both' },
  collections: { label: 'Your collections', has: 'both' },
  conversations: { label: 'Your conversations', has: 'write' },
  favourites: { label: 'Your favourites', has: 'both' },
  filters: { label: 'Your filters', has: 'both' },
  follows: { label: 'Whom you follow', has: 'both' },
  lists: { label: 'Your lists', has: 'both' },
  media: { label: 'Your media', has: 'write' },
  mutes: { label: 'Whom you mute', has: 'both' },
  notifications: { label: 'Your notifications', has: 'both' },
  reports: { label: 'Your reports', has: 'write' },
  search: { label: 'Your searches', has: 'read' },
  statuses: { label: 'Your posts', has: 'both' },
}

const ADMIN_PARTS: Readonly<Record<string, string>> = {
  accounts: 'Accounts of everybody',
  canonical_email_blocks: 'Blocked email addresses',
  domain_allows: 'Servers that are let in',
  domain_blocks: 'Servers that are blocked',
  email_domain_blocks: 'Email providers that are blocked',
  ip_blocks: 'Networks that are blocked',
  reports: 'Reports of everybody',
}

export type Access = 'read' | 'write'

interface MastodonScope extends ScopeDeclaration {
  /** What it is about, in words. */
  readonly area: string
  readonly access: readonly Access[]
}

const VERBS: Readonly<Record<Access, string>> = { read: 'See', write: 'Change' }

const scope = (name: string, area: string, access: readonly Access[], more?: Partial<ScopeDeclaration>) => ({
  name,
  area,
  access,
  description: `${access.map((each) => VERBS[each]).join(' and ')}: ${area.charAt(0).toLowerCase()}${area.slice(1)}`,
  ...more,
})

/** Everybody's app may ask for these, and only an administrator can say yes. */
const BY_ADMINS = { adminApproves: true, forUsers: true } as const

function treeOf(access: Access): readonly MastodonScope[] {
  const parts = Object.entries(PARTS).filter(([, { has }]) => has === 'both' || has === access)
  return [
    scope(access, 'Everything in your account', [access]),
    ...parts.map(([part, { label }]) => scope(`${access}:${part}`, label, [access])),
  ]
}

function adminTreeOf(access: Access): readonly MastodonScope[] {
  return [
    scope(`admin:${access}`, 'Everything that administrators do', [access], BY_ADMINS),
    ...Object.entries(ADMIN_PARTS).map(([part, label]) => scope(`admin:${access}:${part}`, label, [access], BY_ADMINS)),
  ]
}

/** The scopes of that system. They are told apart by their whole names here; that one holds another is for who checks them. */
export const scopes: readonly MastodonScope[] = [
  { ...scope('profile', 'Your profile', ['read']), description: 'See your profile, and nothing else' },
  ...treeOf('read'),
  ...treeOf('write'),
  scope('follow', 'Whom you follow, mute and block', ['read', 'write']),
  { ...scope('push', 'Push notifications to you', []), description: 'Receive your push notifications' },
  ...adminTreeOf('read'),
  ...adminTreeOf('write'),
]

/** One thing that an app asks for, with all that it would do with it. */
export interface Permission {
  readonly area: string
  readonly access: ReadonlySet<Access>
  /** Only an administrator can say yes to it. */
  readonly takesAdmin: boolean
}

/** What a list of scopes comes to, by what it is about. A scope of somebody else stands for itself. */
export function permissionsOf(names: readonly string[]): readonly Permission[] {
  const asked = names.map((name) => scopes.find((known) => known.name === name) ?? { area: name, access: [] })
  return [...Map.groupBy(asked, ({ area }) => area)].map(([area, about]) => ({
    area,
    access: new Set(about.flatMap(({ access }) => access)),
    takesAdmin: about.some((each) => 'adminApproves' in each),
  }))
}

/** Those of the names that somebody can say yes to. */
export function approvable(names: readonly string[], { isAdmin }: { readonly isAdmin: boolean }): readonly string[] {
  if (isAdmin) return names
  return names.filter((name) => !scopes.find((known) => known.name === name)?.adminApproves)
}
