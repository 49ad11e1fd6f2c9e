import { coreMigrations } from '../migrations/index.ts'
import { openApprovals } from './approvals/approvals.ts'
import { watchDecisions } from './approvals/decision-waiters.ts'
import { openApps } from './apps/apps.ts'
import { openAudit } from './audit/audit.ts'
import type { Config, Environment } from './config/define-config.ts'
import { createRegistry } from './config/registry.ts'
import { openSettingValues } from './config/setting-values.ts'
import { openConsents } from './consents/consents.ts'
import type { Core, TokenPolicy } from './core.ts'
import { openDerivationKey } from './keys/derivation-key.ts'
import { openKeys } from './keys/open-keys.ts'
import { guessLimits } from './limits/guess-limits.ts'
import { openGuesses } from './limits/guesses.ts'
import { openOutgoing } from './outgoing/open-outgoing.ts'
import type { Logger } from './plugin/context.ts'
import { createSealer } from './secrets/sealing.ts'
import { watchChanges } from './storage/changes.ts'
import { type MigrationStep, migrate } from './storage/migrate.ts'
import { openDatabase } from './storage/open-database.ts'
import { openTokenRows } from './tokens/token-rows.ts'
import { openKnownDevices } from './users/known-devices.ts'
import { openProfiles } from './users/profiles.ts'
import { openSessions } from './users/sessions.ts'
import { openUsers } from './users/users.ts'

const DAY_SECONDS = 24 * 60 * 60

export interface OpenCoreOptions {
  readonly config: Config
  readonly environment: Pick<Environment, 'issuer' | 'databaseUrl' | 'secret'>
  readonly log: Logger
  /** Defaults to the clock. */
  readonly now?: () => Date
  /** Defaults to true; `false` where the schema is known to be there. */
  readonly migrates?: boolean
}

export interface OpenedCore {
  readonly core: Core
  /** Stops what runs by itself and closes the database. */
  close(): Promise<void>
}

/**
 * Opens everything below the faces: the registry, the database with its schema, keys and domain. The server and the
 * command line both stand on it.
 *
 * @throws {BootError} when plugins clash
 * @throws {Error} when the database or the secret cannot be used, with a sentence for the operator
 */
export async function openCore(options: OpenCoreOptions): Promise<OpenedCore> {
  const { config, environment, log, now = () => new Date() } = options
  const registry = createRegistry(config.plugins, config.scopes ?? [], config.resources)
  const policy = tokenPolicy(config, environment.issuer)
  const sealer = createSealer(environment.secret)
  const database = await openDatabase(environment.databaseUrl, { log })
  try {
    if (options.migrates ?? true) await migrate(database, allMigrations(config), { log })
    const changes = watchChanges(database, now, log)
    const sessionSeconds = config.sessions?.ttlSeconds ?? 14 * DAY_SECONDS
    const keys = await openKeys({
      database,
      sealer,
      now,
      algorithms: config.tokens?.keyAlgorithms ?? ['RS256', 'ES256'],
      longestTokenSeconds: policy.longestJwtSeconds,
      knownSeconds: sessionSeconds,
      publishAheadSeconds: config.keys?.publishAheadSeconds ?? 3600,
    })
    changes.onChange(
      'signing-key',
      () => void keys.reload().catch((err) => log.error({ err }, 'signing keys cannot be read')),
    )
    const approvals = openApprovals(database, now)
    const decisions = watchDecisions(approvals, log)
    const audit = openAudit(database, now)
    const core: Core = {
      issuer: environment.issuer,
      now,
      log,
      database,
      registry,
      keys,
      derivationKey: await openDerivationKey({ database, sealer, now }),
      sealer,
      apps: openApps(database, changes, now),
      users: openUsers(database, changes),
      profiles: openProfiles(database),
      sessions: openSessions(database, now, sessionSeconds),
      knownDevices: openKnownDevices(database, now),
      approvals,
      decisions,
      consents: openConsents(database, now),
      tokenRows: openTokenRows(database),
      audit,
      guesses: openGuesses({ database, now, audit, limits: guessLimits(config.limits, registry.limits) }),
      settings: await openSettingValues(database, registry, changes, now, () => keys.algorithms()),
      changes,
      outgoing: openOutgoing(config.outgoing, now),
      policy,
    }
    return {
      core,
      async close() {
        changes.stop()
        decisions.stop()
        await core.outgoing.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Core's migrations and those of the plugins, by the names under which they are recorded. */
export function allMigrations(config: Pick<Config, 'plugins'>): Record<string, MigrationStep> {
  const steps: Record<string, MigrationStep> = { ...coreMigrations }
  for (const plugin of config.plugins) {
    for (const [name, step] of Object.entries(plugin.migrations ?? {})) steps[`${plugin.id}/${name}`] = step
  }
  return steps
}

/** How long JWTs live that dialects have signed by a published key. */
function signedByDialects({ plugins }: Config): readonly number[] {
  return plugins.map(({ dialect }) => dialect?.accessTokens?.longestSignedSeconds ?? 0)
}

function tokenPolicy(config: Config, issuer: string): TokenPolicy {
  const { tokens = {} } = config
  const accessTokenTtlSeconds = tokens.accessTokenTtlSeconds ?? 3600
  return {
    accessTokenTtlSeconds,
    longestJwtSeconds: Math.max(accessTokenTtlSeconds, 3600, ...signedByDialects(config)),
    algorithm: tokens.algorithm ?? 'ES256',
    defaultAudience: tokens.defaultAudience ?? issuer,
  }
}
