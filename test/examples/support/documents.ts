import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../../..')

/** A fenced block of a document. */
export interface Block {
  /** Path of the document from the root. */
  readonly document: string
  /** Of the fence, from 1. */
  readonly line: number
  readonly language: string
  readonly text: string
  /** The HTML comment right above it: where its text comes from, or why it is not run. */
  readonly note: string | undefined
}

/** A part of a document that is made from the code: `<!-- generated: name -->` … `<!-- end -->`. */
export interface GeneratedPart {
  readonly name: string
  readonly text: string
}

/** The documents that users read, by their paths from the root. */
export function documents(): readonly string[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', ...pages.sort().map((name) => `docs/${name}`)]
}

/** The README of every plugin that has one. */
export function pluginDocuments(): readonly string[] {
  const paths = readdirSync(join(ROOT, 'plugins')).map((name) => `plugins/${name}/README.md`)
  return paths.filter((path) => existsSync(join(ROOT, path)))
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const FENCE = /(?:^<!-- ([^\n]*?) -->\n)?^```(\w+)\n([\s\S]*?)^```$/gm

export function blocksOf(document: string, text = read(document)): readonly Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [whole, note, language = '', body = ''] = match
    const before = text.slice(0, match.index + whole.indexOf('```'))
    return { document, line: before.split('\n').length, language, text: body.replace(/\n$/, ''), note }
  })
}

const GENERATED = /^<!-- generated: ([\w-]+) -->\n([\s\S]*?)^<!-- end -->$/gm

export function generatedPartsOf(text: string): readonly GeneratedPart[] {
  return [...text.matchAll(GENERATED)].map(([, name = '', body = '']) => ({ name, text: body.trim() }))
}

/** The same document with what is copied or made from the code put in anew. */
export function rewrite(text: string, snippet: (source: string) => string, generate: (name: string) => string): string {
  return text
    .replace(FENCE, (whole, note: string | undefined, language: string) =>
      isSource(note) ? `<!-- ${note} -->\n\`\`\`${language}\n${snippet(note)}\n\`\`\`` : whole,
    )
    .replace(GENERATED, (_, name: string) => `<!-- generated: ${name} -->\n${generate(name)}\n<!-- end -->`)
}

/** Whether a note names a file, and perhaps a region of it: `test/examples/magic-link.ts#table`. */
export function isSource(note: string | undefined): note is string {
  return note !== undefined && /^[\w./-]+\.ts(#[\w-]+)?$/.test(note)
}

/** The text of a file, or of one region of it (`// #region name` … `// #endregion`), without its indentation. */
export function snippetOf(source: string): string {
  const [path = '', region] = source.split('#')
  const text = read(path)
  if (region === undefined) return text.trim()
  const [, body] = new RegExp(`^ *// #region ${region}\\n([\\s\\S]*?)^ *// #endregion$`, 'm').exec(text) ?? []
  if (body === undefined) throw new Error(`There is no region ${region} in ${path}.`)
  const lines = body.replace(/\n$/, '').split('\n')
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n')
}
