import { type Command, InvalidArgumentError, Option } from 'commander'
import type { App, AppPrivilege, AppType } from '../apps/app.ts'
import { BootError } from '../config/boot-error.ts'
import type { Core } from '../core.ts'
import { deleteApp, rotateAppSecret } from '../operations/change-app.ts'
import { createApp } from '../operations/create-app.ts'
import { formatFields, formatInstant, formatTable, print } from './output.ts'
import { describeApp, fieldsOfApp, printCredentials } from './print-app.ts'
import { allUsers, findUser } from './user.ts'
import { OPERATOR, withCore } from './with-core.ts'

const PAGE = 500

interface Json {
  readonly json?: boolean
}

interface CreateOptions extends Json {
  readonly type: AppType
  readonly owner?: string
  readonly grant: readonly string[]
  readonly scope: readonly string[]
  readonly redirectUri: readonly string[]
  readonly privilege: readonly AppPrivilege[]
}

/** `grantql app …` */
export function addAppCommands(program: Command): void {
  const group = program.command('app').description('OAuth clients that are registered here.')

  const several = (flags: string, description: string) =>
    new Option(flags, `${description}; may be repeated`)
      .default([], 'none')
      .argParser((value: string, before: string[]) => [...before, value])
  group
    .command('create <name>')
    .description('Register an app. What is left out is none. The secret is printed this once.')
    .addOption(new Option('--type <type>').choices(['confidential', 'public', 'bot']).default('confidential'))
    .option('--owner <username>', 'whose app it is; defaults to the first admin')
    .addOption(several('--grant <grant-type>', 'a grant by its wire name'))
    .addOption(several('--scope <scope>', 'a scope it may ask for'))
    .addOption(several('--redirect-uri <uri>', 'where users may be sent back to'))
    .addOption(several('--privilege <privilege>', 'a right that only an admin gives'))
    .option('--json', 'print JSON')
    .action(async (name: string, options: CreateOptions, command: Command) =>
      withCore(command, async (core) => {
        const owner = options.owner === undefined ? await firstAdmin(core) : await findUser(core, options.owner)
        const { app, clientSecret } = await createApp(core, OPERATOR, {
          name,
          ownerId: owner.id,
          type: options.type,
          grants: options.grant,
          scopes: options.scope,
          redirectUris: options.redirectUri,
          privileges: options.privilege,
        })
        printCredentials(options.json, app, clientSecret)
      }),
    )

  group
    .command('list')
    .description('List all apps.')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json, command: Command) =>
      withCore(command, async (core) => {
        const apps = await allApps(core)
        const row = (app: App) => [
          app.clientId,
          app.name,
          app.type,
          app.disabledAt ? 'disabled' : 'active',
          formatInstant(app.createdAt),
        ]
        print(json, apps.map(describeApp), () =>
          formatTable(['client id', 'name', 'type', 'status', 'created'], apps.map(row)),
        )
      }),
    )

  group
    .command('show <client-id>')
    .description('Tell all about one app but its secrets, which nobody knows.')
    .option('--json', 'print JSON')
    .action(async (clientId: string, { json }: Json, command: Command) =>
      withCore(command, async (core) => {
        const app = await findApp(core, clientId)
        print(json, describeApp(app), () => formatFields(fieldsOfApp(app)))
      }),
    )

  group
    .command('rotate-secret <client-id>')
    .description('Give an app a new secret; the present ones go on working for a while.')
    .option('--overlap <seconds>', 'how long they do; 0 ends them at once', wholeNumber, 86_400)
    .option('--json', 'print JSON')
    .action(async (clientId: string, { overlap, json }: Json & { overlap: number }, command: Command) =>
      withCore(command, async (core) => {
        const { id } = await findApp(core, clientId)
        const { app, clientSecret } = await rotateAppSecret(core, OPERATOR, id, overlap)
        printCredentials(json, app, clientSecret)
      }),
    )

  group
    .command('delete <client-id>')
    .description('Delete an app: its secrets stop working and its tokens end.')
    .action(async (clientId: string, _options: Json, command: Command) =>
      withCore(command, async (core) => {
        const app = await deleteApp(core, OPERATOR, (await findApp(core, clientId)).id)
        print(false, undefined, () => `The app ${app.name} is deleted, and its tokens have ended.`)
      }),
    )
}

async function findApp(core: Pick<Core, 'apps'>, clientId: string): Promise<App> {
  const app = (await core.apps.byClientId(clientId))?.app ?? (await core.apps.byId(clientId))
  if (!app) throw new BootError('There is no app of that id: see `grantql app list`.')
  return app
}

async function firstAdmin(core: Pick<Core, 'users'>) {
  for await (const user of allUsers(core)) if (user.role === 'admin' && !user.disabledAt) return user
  throw new BootError('There is no admin yet to own it: start the server once, or name an --owner.')
}

async function allApps({ apps }: Pick<Core, 'apps'>): Promise<readonly App[]> {
  const all: App[] = []
  for (let after: string | undefined; ; after = all.at(-1)?.id) {
    const page = await apps.list({ limit: PAGE, ...(after !== undefined && { after }) })
    all.push(...page)
    if (page.length < PAGE) return all
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number of seconds.')
  return Number(text)
}
