import { html } from 'hono/html'
import type { Html } from './layout.ts'

const TIME_OF_DAY = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone: 'UTC' } as const

/** In UTC, and it says so where it has a time: a page without a script does not know where its reader is. */
export const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  ...TIME_OF_DAY,
})
export const TIME = new Intl.DateTimeFormat('en-GB', TIME_OF_DAY)
export const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** An instant as people and programs read it. */
export function moment(date: Date, format: Intl.DateTimeFormat): Html {
  return html`<time datetime="${date.toISOString()}">${format.format(date)}</time>`
}
