import type { Command } from 'commander'
import type { SigningKeySummary } from '../keys/keys.ts'
import { rotateKeys } from '../operations/rotate-keys.ts'
import { formatInstant, formatTable, print } from './output.ts'
import { OPERATOR, withCore } from './with-core.ts'

interface Json {
  readonly json?: boolean
}

/** `grantql keys …` */
export function addKeysCommands(program: Command): void {
  const group = program.command('keys').description('The keys that tokens are signed with.')

  group
    .command('list')
    .description('List the signing keys and where each stands.')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json, command: Command) =>
      withCore(command, async ({ keys }) => {
        print(json, keys.list().map(describe), () => formatKeys(keys.list()))
      }),
    )

  group
    .command('rotate')
    .description('Add keys that take over once apps know them, without a token that cannot be verified.')
    .option('--now', 'they sign at once: for a key that leaked')
    .option('--json', 'print JSON')
    .action(async ({ now = false, json }: Json & { now?: boolean }, command: Command) =>
      withCore(command, async (core) => {
        const keys = await rotateKeys(core, OPERATOR, { immediately: now })
        print(json, keys.map(describe), () => formatKeys(keys))
      }),
    )

  group
    .command('reseal')
    .description('Seal the private keys with the newest GRANTQL_SECRET, so that an old one can be dropped.')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json, command: Command) =>
      withCore(command, async (core) => {
        const { resealed: signing, unreadable } = await core.keys.resealAll()
        const resealed = signing + Number(await core.derivationKey.reseal())
        await core.changes.announce('signing-key', 'all')
        const rest =
          unreadable.length === 0
            ? ''
            : ` ${unreadable.length} retired ones cannot be opened any more, which harms nothing.`
        print(json, { resealed, unreadable }, () => `${resealed} keys were sealed with the newest secret.${rest}`)
      }),
    )
}

function formatKeys(keys: readonly SigningKeySummary[]): string {
  const row = (key: SigningKeySummary) => [
    key.kid,
    key.algorithm,
    key.state,
    formatInstant(key.activeAt),
    formatInstant(key.retiringAt),
  ]
  return formatTable(['kid', 'algorithm', 'state', 'signs from', 'signs until'], keys.map(row))
}

function describe(key: SigningKeySummary): Record<string, unknown> {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    ...key,
    createdAt: iso(key.createdAt),
    activeAt: iso(key.activeAt),
    retiringAt: iso(key.retiringAt),
    retiredAt: iso(key.retiredAt),
  }
}
