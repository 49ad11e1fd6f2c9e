import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { printSchemas } from '../scripts/print-schema.ts'

describe('the committed schemas', () => {
  it.each(Object.entries(printSchemas()))('%s is what the default deployment serves', (name, printed) => {
    const committed = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
    expect(committed, `${name} is out of date. Run "npm run schema", look at what changed, and commit it.`).toBe(
      printed,
    )
  })
})
