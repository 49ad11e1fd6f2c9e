import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Registry } from '../config/registry.ts'
import type { DemoApp } from './first-run.ts'

/** A request by which an app gets a token for itself. */
export interface TokenCall {
  readonly url: string
  readonly body: string
}

/** How the demo app asks this server for a token: by the first grant that needs nobody else. Undefined where there is none. */
export function tokenCall({ grants }: Pick<Registry, 'grants'>, origin: string): TokenCall | undefined {
  const grant = [...grants.values()].find(
    ({ forUsers = false, selfService = true, params }) =>
      !forUsers && selfService && Object.values(params).every(({ optional }) => optional),
  )
  if (grant === undefined) return undefined
  const fields = '... on TokenSet { accessToken expiresInSeconds scopes } ... on Error { code message }'
  return {
    url: `${origin}/graphql`,
    body: JSON.stringify({ query: `mutation { ${grant.mutation}(input: {}) { ${fields} } }` }),
  }
}

/**
 * One line to paste into sh, bash or zsh. Where there is no curl, Node does the same: it is there, for this runs on it.
 *
 * Nothing in it needs more quoting: ids and secrets of ours are letters, digits, dashes and underscores.
 */
export function tokenCommand({ url, body }: TokenCall, app: DemoApp, hasCurl: boolean = isOnPath('curl')): string {
  if (hasCurl)
    return `curl -sS ${url} -u '${app.clientId}:${app.clientSecret}' -H 'Content-Type: application/json' -d '${body}'`
  return nodeCommand({ url, body }, `'${app.clientId}:${app.clientSecret}'`)
}

/** The same as a script that whoever may read it can run; the secret is in no process's arguments. */
export function tokenScript({ url, body }: TokenCall, app: DemoApp): string {
  return `#!/bin/sh
# Gets a token for the demo app. It holds the app's secret: only its owner may read it.
app='${app.clientId}:${app.clientSecret}'
if command -v curl >/dev/null 2>&1; then
  printf 'user = "%s"\\n' "$app" | curl -sS ${url} -H 'Content-Type: application/json' -d '${body}' --config -
else
  app="$app" ${nodeCommand({ url, body }, undefined)}
fi
`
}

function nodeCommand({ url, body }: TokenCall, credentials: string | undefined): string {
  const basic = credentials === undefined ? 'process.env.app' : 'process.argv[1]'
  const headers = `{"content-type":"application/json",authorization:"Basic "+btoa(${basic})}`
  const code = `fetch("${url}",{method:"POST",headers:${headers},body:JSON.stringify(${body})}).then(r=>r.text()).then(console.log)`
  return `node -e '${code}'${credentials === undefined ? '' : ` ${credentials}`}`
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))
}
