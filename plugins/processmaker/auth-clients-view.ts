import type { Markup, PageContext } from 'grantql/plugin'
import type { AuthClient } from './auth-client.ts'
import { AUTH_CLIENTS_PATH } from './auth-client-paths.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = PageContext<ProcessmakerTables>

/** What was done just now. */
export type Said = 'created' | 'saved' | 'deleted'

interface List {
  readonly clients: readonly AuthClient[]
  readonly search: string
  /** From 1. */
  readonly page: number
  readonly said: Said | undefined
}

const SENTENCES: Readonly<Record<Said, string>> = {
  created: 'The auth client was created.',
  saved: 'The auth client was saved.',
  deleted: 'The auth client was deleted.',
}

const CLIENTS_PER_PAGE = 25
const REDIRECT_LENGTH = 20
const SECRET_LENGTH = 10

/** Copies what an element says. The browser lets pages do so on https and on this machine alone. */
const COPY_SCRIPT = `
const said = document.getElementById('said')
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const secret = document.getElementById(button.dataset.copies)
    try {
      await navigator.clipboard.writeText(secret.textContent)
      said.textContent = 'The client secret was copied.'
    } catch {
      secret.closest('details').open = true
      getSelection().selectAllChildren(secret)
      said.textContent = 'This browser does not copy here: copy the secret that is selected.'
    }
  })
}`

/** The clients, a page at a time, with a search box and a button for each secret. */
export async function renderList(ctx: Context, { clients, search, page, said }: List): Promise<Response> {
  const { html } = ctx
  const wanted = search.toLowerCase()
  const found = clients.filter(({ app }) => app.name.toLowerCase().includes(wanted) || app.clientId === search)
  const first = (page - 1) * CLIENTS_PER_PAGE
  const shown = found.slice(first, first + CLIENTS_PER_PAGE)
  const sentence = said === undefined ? undefined : SENTENCES[said]
  const body =
    await html`<div class="bar"><h1>Auth Clients</h1><a class="button primary push" href="${AUTH_CLIENTS_PATH}/create" aria-label="Create Auth Client">+ Auth Client</a></div>
<p id="said" class="${sentence === undefined ? 'small' : 'note good'}" role="status">${sentence ?? ''}</p>
<form class="search" role="search" method="get" action="${AUTH_CLIENTS_PATH}"><label class="field">Search<input type="search" name="search" value="${search}"></label><button class="quiet">Search</button></form>
${shown.length === 0 ? html`<p>No Data Available</p>` : await table(ctx, shown)}
${await pager(ctx, { search, page, isLast: first + CLIENTS_PER_PAGE >= found.length })}
<noscript><p class="small">Without JavaScript, show a secret and copy it by hand.</p></noscript>`
  return ctx.page('Auth Clients', body, { isWide: true, script: COPY_SCRIPT })
}

async function table(ctx: Context, clients: readonly AuthClient[]): Promise<Markup> {
  const { html } = ctx
  const rows = await Promise.all(clients.map((client) => row(ctx, client)))
  return html`<div class="table" role="region" aria-label="Auth Clients" tabindex="0"><table>
<thead><tr><th scope="col">Client ID</th><th scope="col">Name</th><th scope="col">Redirect</th><th scope="col">Client Secret</th><th scope="col">Actions</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

async function row(ctx: Context, { app, secret }: AuthClient): Promise<Markup> {
  const { html } = ctx
  const path = `${AUTH_CLIENTS_PATH}/${app.clientId}`
  const redirect = shorten(app.redirectUris.join(','), REDIRECT_LENGTH)
  return html`<tr><td>${app.clientId}</td><td>${app.name}</td><td>${redirect}</td>
<td>${secret === undefined ? 'It cannot be read any more.' : await secretCell(ctx, app.clientId, secret)}</td>
<td><a href="${path}/edit" aria-label="Edit Auth Client ${app.name}">Edit</a> <a href="${path}/delete" aria-label="Delete Auth Client ${app.name}">Delete</a></td></tr>`
}

async function secretCell({ html }: Context, clientId: string, secret: string): Promise<Markup> {
  const id = `secret-${clientId}`
  return html`<button type="button" class="quiet" title="Copy Client Secret To Clipboard" aria-label="Copy Client Secret To Clipboard" data-copies="${id}" hidden>Copy</button>
<details><summary><code>${shorten(secret, SECRET_LENGTH)}</code></summary><code id="${id}">${secret}</code></details>`
}

const shorten = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}...` : text)

async function pager(
  { html }: Context,
  { search, page, isLast }: Pick<List, 'search' | 'page'> & { readonly isLast: boolean },
): Promise<Markup | ''> {
  const link = (to: number, text: string) =>
    html`<a href="${AUTH_CLIENTS_PATH}?${new URLSearchParams({ search, page: String(to) })}">${text}</a>`
  if (page === 1 && isLast) return ''
  return html`<p class="links">${page > 1 ? await link(page - 1, 'Previous') : ''} ${isLast ? '' : await link(page + 1, 'Next')}</p>`
}
