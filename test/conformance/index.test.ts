import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PLANS, SECTIONS, SUITE_REVISION } from './sections.ts'

interface Entry {
  readonly rfc?: number
  readonly section?: string
  readonly level?: string
  /** The module, where it is not a document that demands this but a plan of the conformance suite. */
  readonly module?: string
  readonly requirement: string
  readonly tests?: readonly { readonly file: string; readonly name: string }[]
  /** Why there is no test, why one is expected to fail, or what is left to others beside it. */
  readonly reason?: string
}

const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT']
const ROOT = new URL('../../', import.meta.url)
const readIndex = (): Record<string, Entry[]> =>
  JSON.parse(readFileSync(new URL('index.json', import.meta.url), 'utf8')) as Record<string, Entry[]>

const texts = new Map<string, string | undefined>()
function textOf(file: string): string | undefined {
  if (!texts.has(file)) {
    const url = new URL(file, ROOT)
    texts.set(file, existsSync(url) ? readFileSync(url, 'utf8') : undefined)
  }
  return texts.get(file)
}

/** How a name stands in a file of tests: as a whole text of its own, templates as they are. */
function declarationOf(text: string, name: string): 'runs' | 'is expected to fail' | 'missing' {
  const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``].find((literal) => text.includes(literal))
  if (quoted === undefined) return 'missing'
  const before = text.slice(0, text.indexOf(quoted)).trimEnd()
  if (/\b(it|test)\.(skip|todo)(\.each)?\($/.test(before)) return 'missing'
  return /\b(it|test)\.fails\($/.test(before) ? 'is expected to fail' : 'runs'
}

/** What is wrong with where a requirement of a document stands. */
function misplaced(
  document: string,
  known: readonly string[],
  { rfc, section = '', level = '' }: Entry,
  where: string,
) {
  return [
    ...(`RFC ${rfc}` === document ? [] : [`${where}: stands under another document`]),
    ...(known.includes(section) ? [] : [`${where}: unknown section`]),
    ...(LEVELS.includes(level) ? [] : [`${where}: unknown level ${level}`]),
  ]
}

/** What is missing or wrong in an index, each in a sentence. */
function gapsOf(index: Readonly<Record<string, readonly Entry[]>>): readonly string[] {
  const gaps: string[] = []
  for (const [document, { normative }] of Object.entries(SECTIONS)) {
    const entries = index[document] ?? []
    for (const section of normative) {
      if (!entries.some((entry) => entry.section === section)) gaps.push(`${document} §${section}: no entry`)
    }
  }
  for (const [plan, modules] of Object.entries(PLANS)) {
    for (const module of modules) {
      if (!index[plan]?.some((entry) => entry.module === module)) gaps.push(`${plan}: no entry for ${module}`)
    }
  }
  for (const [document, entries] of Object.entries(index)) {
    const modules = PLANS[document]
    const known = SECTIONS[document]?.normative ?? []
    for (const entry of entries) {
      const where = `${document} ${entry.module ?? `§${entry.section}`} “${entry.requirement}”`
      if (modules && !modules.includes(entry.module ?? '')) gaps.push(`${where}: unknown module`)
      else if (!modules) gaps.push(...misplaced(document, known, entry, where))
      if (!entry.tests?.length && !entry.reason?.trim()) gaps.push(`${where}: neither test nor reason`)
      for (const { file, name } of entry.tests ?? []) {
        const text = textOf(file)
        if (text === undefined) gaps.push(`${where}: there is no file ${file}`)
        else if (declarationOf(text, name) === 'missing') gaps.push(`${where}: ${file} has no test “${name}”`)
        else if (declarationOf(text, name) !== 'runs' && !entry.reason)
          gaps.push(`${where}: expected to fail, without a reason`)
      }
    }
  }
  return gaps
}

function countsOf(entries: readonly Entry[]) {
  const tested = entries.filter(({ tests }) => tests?.length)
  const isFailing = ({ tests = [] }: Entry) =>
    tests.some(({ file, name }) => declarationOf(textOf(file) ?? '', name) === 'is expected to fail')
  const failing = tested.filter(isFailing).length
  return { held: tested.length - failing, failing, reasoned: entries.length - tested.length }
}

describe('the index of requirements', () => {
  it('has a test or a reason for each, in files and under names that there are', () => {
    expect(gapsOf(readIndex())).toEqual([])
  })

  it('prints how many are held by a test, and how many have a reason', () => {
    const lines = Object.entries(readIndex()).map(([document, entries]) => {
      const { held, failing, reasoned } = countsOf(entries)
      const open = failing ? `, ${failing} expected to fail` : ''
      const from = PLANS[document] ? ` of the suite at ${SUITE_REVISION}` : ''
      return `${document}${from}: ${entries.length} requirements, ${held} held by a test, ${reasoned} with a reason${open}`
    })
    console.info(lines.join('\n'))
    expect(lines).toHaveLength(Object.keys({ ...SECTIONS, ...PLANS }).length)
  })

  it('notices each kind of gap', () => {
    const index = readIndex()
    const withEntry = (entry: Partial<Entry>) => ({
      ...index,
      'RFC 9207': [
        ...(index['RFC 9207'] ?? []),
        { rfc: 9207, section: '2', level: 'MUST', requirement: 'x', ...entry } as Entry,
      ],
    })
    const file = 'test/conformance/rfc9700/4.test.ts'
    const failing = 'nor where it is a bad one, as an attacker’s app can make it on purpose (§4.11.2)'
    for (const [entry, says] of [
      [{}, 'neither test nor reason'],
      [{ tests: [] }, 'neither test nor reason'],
      [{ reason: ' ' }, 'neither test nor reason'],
      [{ tests: [{ file: 'test/nowhere.test.ts', name: 'x' }] }, 'there is no file'],
      [{ tests: [{ file, name: 'redirects after a form are' }] }, 'has no test'],
      [{ reason: 'x', section: '99' }, 'unknown section'],
      [{ reason: 'x', level: 'MAY' }, 'unknown level'],
      [{ reason: 'x', rfc: 6749 }, 'another document'],
    ] as const) {
      expect(gapsOf(withEntry(entry))).toEqual([expect.stringContaining(says)])
    }
    if (declarationOf(textOf(file) ?? '', failing) === 'is expected to fail') {
      expect(gapsOf(withEntry({ tests: [{ file, name: failing }] }))).toEqual([
        expect.stringContaining('without a reason'),
      ])
    }
    expect(gapsOf({ ...index, 'RFC 9207': [] })).toContain('RFC 9207 §2: no entry')
    const [plan = '', [module] = []] = Object.entries(PLANS)[0] ?? []
    expect(gapsOf({ ...index, [plan]: [] })).toContain(`${plan}: no entry for ${module}`)
    const other = { module: 'oidcc-other', requirement: 'x', reason: 'x' }
    expect(gapsOf({ ...index, [plan]: [...(index[plan] ?? []), other] })).toEqual([
      expect.stringContaining('unknown module'),
    ])
  })
})
