import { html } from 'hono/html'
import type { Html } from './layout.ts'

/** In UTC, and said so where a time is shown: a page without a script does not know where its reader is. */
export const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
export const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })
export const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** An instant as people and programs read it. */
export function moment(date: Date, format: Intl.DateTimeFormat): Html {
  return html`<time datetime="${date.toISOString()}">${format.format(date)}</time>`
}
