import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'
import { findServerSecret } from '../../src/config/server-secret.ts'

const run = promisify(execFile)
const freshFolder = () => mkdtemp(join(inject('testFolder'), 'secret-'))
const MODULE = new URL('../../src/config/server-secret.ts', import.meta.url).href

describe('the secret of a server whose environment gives none', () => {
  it('is made once beside the SQLite file, for nobody else to read', async () => {
    const folder = await freshFolder()
    const url = `sqlite:${folder}/data/grantql.db`
    const secret = findServerSecret(url)
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(findServerSecret(url)).toBe(secret)
    expect((await stat(`${folder}/data/secret`)).mode & 0o777).toBe(0o600)
    expect((await stat(`${folder}/data`)).mode & 0o777).toBe(0o700)
    expect(await readdir(`${folder}/data`)).toEqual(['secret'])
  })

  it('is another each time for a database in memory', () => {
    expect(findServerSecret('sqlite::memory:')).not.toBe(findServerSecret('sqlite::memory:'))
  })

  it('is the same for processes that start at once', async () => {
    const folder = await freshFolder()
    const script = `const { findServerSecret } = await import(${JSON.stringify(MODULE)})
      while (Date.now() < Number(process.argv[1])) {}
      process.stdout.write(findServerSecret(process.argv[2]))`
    const startAt = String(Date.now() + 2500)
    const start = () =>
      run(process.execPath, [
        '--conditions=source',
        '--input-type=module',
        '-e',
        script,
        startAt,
        `sqlite:${folder}/grantql.db`,
      ])
    const answers = await Promise.all([start(), start(), start()])
    const [first] = answers.map(({ stdout }) => stdout)
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(answers.map(({ stdout }) => stdout)).toEqual([first, first, first])
    expect((await readFile(`${folder}/secret`, 'utf8')).trim()).toBe(first)
  })

  it('is never replaced where its file is damaged: the keys are sealed with it', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'secret'), '')
    expect(() => findServerSecret(`sqlite:${folder}/grantql.db`)).toThrow(/does not hold a secret any more/)
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('')
  })

  it('says so where its folder is a file', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'data'), '')
    expect(() => findServerSecret(`sqlite:${folder}/data/grantql.db`)).toThrow(/cannot be (?:written|read)/)
  })
})
