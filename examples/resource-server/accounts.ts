/** An account, as far as this example knows one. */
export interface Account {
  readonly id: string
  readonly username: string
  readonly acct: string
  readonly display_name: string
  readonly url: string
}

const account = (id: string, username: string, displayName: string): Account => ({
  id,
  username,
  acct: username,
  display_name: displayName,
  url: `https://social.example/@${username}`,
})

const ACCOUNTS: readonly Account[] = [
  account('1', 'ada', 'Ada Lovelace'),
  account('2', 'grace', 'Grace Hopper'),
  account('3', 'katherine', 'Katherine Johnson'),
  account('4', 'dorothy', 'Dorothy Vaughan'),
]

/** Who follows whom: the id of the one who follows, then of the one who is followed. */
const FOLLOWS: readonly (readonly [string, string])[] = [
  ['2', '1'],
  ['3', '1'],
  ['4', '1'],
  ['1', '2'],
  ['1', '3'],
]

const byId = new Map(ACCOUNTS.map((each) => [each.id, each]))

/** Undefined where there is no such account. */
export function followersOf(id: string): readonly Account[] | undefined {
  return byId.has(id)
    ? known(FOLLOWS.filter(([, followed]) => followed === id).map(([follower]) => follower))
    : undefined
}

/** Undefined where there is no such account. */
export function followedBy(id: string): readonly Account[] | undefined {
  return byId.has(id)
    ? known(FOLLOWS.filter(([follower]) => follower === id).map(([, followed]) => followed))
    : undefined
}

/** The newest first. */
function known(ids: readonly string[]): readonly Account[] {
  return ids.flatMap((id) => byId.get(id) ?? []).sort((one, other) => Number(other.id) - Number(one.id))
}
