/**
 * Puts what README.md and docs/*.md copy or make from the code into them anew: snippets, and the parts that say
 * `<!-- generated: … -->`.
 *
 *     node --conditions=source test/examples/write-documents.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents, ROOT, read, rewrite, snippetOf } from './support/documents.ts'
import { generateParts } from './support/generated.ts'

const generate = await generateParts()
for (const document of documents()) {
  const before = read(document)
  const after = rewrite(before, snippetOf, (name) => generate(name, document))
  if (after === before) continue
  writeFileSync(join(ROOT, document), after)
  console.log(document)
}
