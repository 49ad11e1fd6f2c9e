import type { Command } from 'commander'
import { loadConfig } from '../config/load-config.ts'
import { createRegistry } from '../config/registry.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import { formatFields, print } from './output.ts'

/** `grantql plugin …` */
export function addPluginCommands(program: Command): void {
  const group = program.command('plugin').description('What this server can do.')

  group
    .command('list')
    .description('List the plugins and what each brings. Reads the configuration alone, no database.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const config = await loadConfig({ path: command.optsWithGlobals().config })
      // Refuses what the server would refuse.
      createRegistry(config.plugins, config.scopes ?? [], config.resources)
      print(
        json,
        config.plugins.map((plugin) => ({ id: plugin.id, requires: plugin.requires, ...contributionsOf(plugin) })),
        () => config.plugins.map(formatPlugin).join('\n\n'),
      )
    })
}

function formatPlugin(plugin: Plugin): string {
  const contributions = Object.entries(contributionsOf(plugin)).map(([kind, names]) => [kind, names.join(', ')])
  return `${plugin.id}\n${contributions.length === 0 ? '' : indent(formatFields(Object.fromEntries(contributions)))}`.trimEnd()
}

const indent = (text: string) => text.replaceAll(/^/gm, '  ')

/** The names of what a plugin adds, by kind; kinds that it does not add are left out. */
function contributionsOf(plugin: Plugin): Record<string, readonly string[]> {
  const routes = [...(plugin.endpoints ?? []), ...(plugin.pages ?? [])].map(({ method, path }) => `${method} ${path}`)
  const operations = (plugin.operations ?? []).flatMap(({ mutation, path }) => [
    ...(mutation === undefined ? [] : [mutation]),
    ...(path === undefined ? [] : [`POST ${path}`]),
  ])
  const all: Record<string, readonly string[]> = {
    grants: (plugin.grants ?? []).map(({ grantType, mutation }) => `${grantType} (${mutation})`),
    operations,
    'response types': (plugin.responseTypes ?? []).map(({ responseType }) => responseType),
    'sign-ins': (plugin.signIns ?? []).map(({ id }) => id),
    'client authentication': (plugin.clientAuth ?? []).map(({ method }) => method),
    scopes: (plugin.scopes ?? []).map(({ name }) => name),
    claims: (plugin.claims ?? []).flatMap(({ names }) => names),
    routes,
    dialect: plugin.dialect === undefined ? [] : [plugin.dialect.id],
    tables: plugin.tables ?? [],
    settings: Object.keys(plugin.settings ?? {}),
    jobs: (plugin.jobs ?? []).map(({ id }) => id),
  }
  return Object.fromEntries(Object.entries(all).filter(([, names]) => names.length > 0))
}
