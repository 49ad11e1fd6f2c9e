import type { Markup, PageContext } from 'grantql/plugin'
import type { Application, ApplicationChanges, ApplicationType } from './applications.ts'
import { type Failure, note } from './form.ts'
import { DEVELOPERS_PATH } from './paths.ts'

/** The app at the right. */
export interface Selected {
  readonly application: Application
  readonly clientId: string
  /** What was typed and could not be taken. */
  readonly changes?: ApplicationChanges
  readonly failure?: Failure
  /** Whether the person is asked if they mean it. */
  readonly isDeleting?: boolean
}

/** What was typed of an app to be. */
export interface Making {
  readonly name?: string
  readonly type?: ApplicationType | undefined
  readonly failure?: Failure
}

export interface Panel {
  readonly applications: readonly Application[]
  readonly selected?: Selected
  readonly making?: Making
}

/** A person's apps at the left, and at the right the one that they look at or make. */
export async function showPanel(ctx: PageContext, { applications, selected, making }: Panel): Promise<Response> {
  const { html } = ctx
  const right = making
    ? await makeForm(ctx, making)
    : selected
      ? await details(ctx, selected)
      : await html`<p class="lead">${applications.length === 0 ? 'You have no apps yet.' : 'Click an app to see what it is.'}</p>`
  const body = await html`<div class="bar"><h1>Developer Panel</h1>
<form class="push" action="${DEVELOPERS_PATH}"><button class="primary" name="new" value="app" aria-label="New app">New</button></form></div>
<div class="split">
<nav aria-label="Apps">${await list(ctx, applications, selected?.application.id)}</nav>
<section>${right}</section>
</div>`
  const failure = selected?.failure ?? making?.failure
  return ctx.page('Developer Panel', body, {
    isWide: true,
    status: failure?.status ?? 200,
    retryAfterSeconds: failure?.retryAfterSeconds,
  })
}

async function list({ html }: PageContext, applications: readonly Application[], selectedId: string | undefined) {
  const items = applications.map(({ id, name }) => {
    const path = `${DEVELOPERS_PATH}?${new URLSearchParams({ app: id })}`
    return id === selectedId
      ? html`<li><a href="${path}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${path}">${name}</a></li>`
  })
  return html`<ul class="menu">${await Promise.all(items)}</ul>`
}

const TYPES = [
  ['CLIENT', 'Client, login, etc.'],
  ['BOT', 'Bot'],
] as const

async function makeForm(ctx: PageContext, { name = '', type = 'CLIENT', failure }: Making): Promise<Markup> {
  const { html, csrfField } = ctx
  const radios = TYPES.map(([value, label]) =>
    value === type
      ? html`<label class="choice"><input type="radio" name="type" value="${value}" checked>${label}</label>`
      : html`<label class="choice"><input type="radio" name="type" value="${value}">${label}</label>`,
  )
  return html`<h2>New app</h2>
${await note(ctx, failure)}
<form method="post" action="${DEVELOPERS_PATH}/new">
${csrfField}
<label class="field">Name
<input name="name" maxlength="100" autocomplete="off" value="${name}" required autofocus></label>
<fieldset><legend>Type</legend>${await Promise.all(radios)}</fieldset>
<div class="actions"><a class="button quiet" href="${DEVELOPERS_PATH}">Cancel</a><button class="primary">Create</button></div>
</form>`
}

async function details(ctx: PageContext, selected: Selected): Promise<Markup> {
  const { html, csrfField } = ctx
  const { application, clientId, changes, failure, isDeleting } = selected
  const { name, avatarUrl = '', redirectUris = [] } = { ...application, ...changes }
  const path = `${DEVELOPERS_PATH}/${application.id}`
  return html`<h2>${application.name}</h2>
${isDeleting ? await deleteQuestion(ctx, application) : ''}
${await note(ctx, failure)}
<form method="post" action="${path}/reset">${csrfField}
<label class="field">Client ID
<textarea rows="3" spellcheck="false" readonly>${clientId}</textarea></label>
<p class="small"><button class="link">Reset</button> It gets another one, and nobody can ask by this one any more.</p>
</form>
<form class="below" method="post" action="${path}/update">
${csrfField}
<label class="field">Name
<input name="name" maxlength="100" autocomplete="off" value="${name ?? ''}" required></label>
<label class="field">Avatar URL
<input name="avatar_url" inputmode="url" autocomplete="off" maxlength="2000" value="${avatarUrl}"></label>
<label class="field">Redirect URIs (one per line)
<textarea name="redirect_uris" rows="3" spellcheck="false">${redirectUris.join('\n')}</textarea></label>
<p class="small">Type: ${application.type === 'BOT' ? 'Bot' : 'Client'}</p>
<div class="actions"><a class="button quiet" href="${DEVELOPERS_PATH}?app=${application.id}&delete=1">Delete</a><button class="primary">Save</button></div>
</form>`
}

async function deleteQuestion({ html, csrfField }: PageContext, { id, name }: Application): Promise<Markup> {
  return html`<form class="note bad" method="post" action="${DEVELOPERS_PATH}/${id}/delete">${csrfField}
<p>Delete ${name}? Its tokens end, and nobody can bring it back.</p>
<div class="actions"><a class="button quiet" href="${DEVELOPERS_PATH}?app=${id}">No</a><button class="danger">Delete</button></div>
</form>`
}
