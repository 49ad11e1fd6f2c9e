import { raw } from 'hono/html'
import type { PageMark } from '../plugin/contributions.ts'
import type { Html } from './layout.ts'

interface Drawing {
  /** Its colours: none are those of a success. */
  readonly tone: '' | ' bad' | ' calm'
  readonly lines: string
}

const DRAWINGS: Readonly<Record<PageMark, Drawing>> = {
  done: { tone: '', lines: '<path d="M5 12.5l4.5 4.5L19 7.5"/>' },
  refused: { tone: ' bad', lines: '<path d="M7 7l10 10M17 7L7 17"/>' },
  warning: { tone: ' bad', lines: '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.5v.01"/>' },
  notice: { tone: ' calm', lines: '<circle cx="12" cy="12" r="9"/><path d="M12 16.5V11M12 7.5v.01"/>' },
  late: { tone: ' calm', lines: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.25l3.25 2"/>' },
}

/** The drawing above a heading. It says nothing that the heading does not say, so nobody has it read to them. */
export function renderMark(mark: PageMark): Html {
  const { tone, lines } = DRAWINGS[mark]
  return raw(
    `<div class="mark${tone}"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${lines}</svg></div>\n`,
  )
}
