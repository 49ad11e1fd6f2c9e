import { readFileSync, writeFileSync } from 'node:fs'

const README = new URL('./README.md', import.meta.url)
const END = '<!-- end -->'

/**
 * Replaces the figures of a command in `bench/README.md`: what stands between `<!-- begin: <command> -->` and the next end.
 *
 * @throws {Error} where the markers are gone
 */
export function writeFigures(command: string, figures: string): void {
  const text = readFileSync(README, 'utf8')
  const mark = `<!-- begin: ${command} -->`
  const begin = text.indexOf(mark)
  const end = text.indexOf(END, begin)
  if (begin < 0 || end < begin) throw new Error(`bench/README.md has lost its markers of ${command}.`)
  writeFileSync(README, `${text.slice(0, begin)}${mark}\n\n${figures}\n\n${text.slice(end)}`)
}
