import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BootError } from './boot-error.ts'
import { checkConfig } from './check-config.ts'
import type { Config } from './define-config.ts'
import type { Variables } from './load-environment.ts'

const NAMES = ['grantql.config.ts', 'grantql.config.js', 'grantql.config.mjs']

export interface LoadConfigOptions {
  /** A path that was named; before GRANTQL_CONFIG, and before looking around. */
  readonly path?: string | undefined
  readonly variables?: Variables
  /** Where to look. Defaults to the working directory. */
  readonly folder?: string
}

/**
 * Loads the deployment's configuration: the default export of `grantql.config.ts`, `.js` or `.mjs`.
 *
 * @throws {BootError} when there is none, it cannot be loaded, or with a sentence for each mistake in it
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const path = findConfig(options)
  const { default: config } = await importConfig(path)
  const mistakes = checkConfig(config)
  if (mistakes.length > 0) throw new BootError(mistakes.map((mistake) => `${path}: ${mistake}`).join('\n'))
  return config as Config
}

function findConfig({ path, variables = process.env, folder = process.cwd() }: LoadConfigOptions): string {
  const named = path ?? (variables.GRANTQL_CONFIG?.trim() || undefined)
  if (named !== undefined) {
    if (!existsSync(resolve(folder, named))) throw new BootError(`There is no configuration at ${named}.`)
    return resolve(folder, named)
  }
  const found = NAMES.map((name) => resolve(folder, name)).find((candidate) => existsSync(candidate))
  if (found === undefined) {
    throw new BootError(
      `There is no ${NAMES[0]} here. Run this where it is, or name it with --config or GRANTQL_CONFIG.`,
    )
  }
  return found
}

async function importConfig(path: string): Promise<{ default?: unknown }> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new BootError(`${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}
