import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { openDatabase } from '../../src/storage/open-database.ts'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'

const SECRET = 'sw0rdfish'

it.each([
  ['', 'starts with sqlite:, mysql: or mariadb:'],
  ['postgres://a:b@c/d', 'starts with sqlite:, mysql: or mariadb:'],
  ['./data/grantql.db', 'starts with sqlite:, mysql: or mariadb:'],
  ['sqlite:', 'needs a path'],
  [`mysql://root:${SECRET}@host:notaport/db`, 'cannot be read'],
  [`mysql://root:${SECRET}%zz@host/db`, 'stray percent sign'],
  [`mysql://root:${SECRET}@host`, 'names no database'],
  [`mysql://root:${SECRET}@host/`, 'names no database'],
  [`mysql://host/${SECRET}`, 'names no user'],
  [`mysql://root:${SECRET}@host/db?multipleStatements=true`, 'a parameter other than ssl and ssl-ca'],
  [`mysql://root:${SECRET}@host/db?ssl=maybe`, 'is true or false'],
])('the URL %j is refused with a sentence', async (url, sentence) => {
  const opening = openDatabase(url)
  await expect(opening).rejects.toThrow(sentence)
  await expect(opening).rejects.not.toThrow(SECRET)
})

describeDatabase('sqlite', 'a file', (open) => {
  it('is made with its folder, and only its owner may read it', async () => {
    const path = join(inject('testFolder'), 'deep', 'er', 'grantql.db')
    await open({ url: `sqlite:${path}` })
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600)
    expect(statSync(join(inject('testFolder'), 'deep')).mode & 0o777).toBe(0o700)
  })

  it('that cannot be made or is something else is refused with its name', async () => {
    const path = join(inject('testFolder'), 'not-a-database')
    writeFileSync(path, 'This is a text, and not a short one, so that nobody takes it for an empty file. '.repeat(20))
    await expect(openDatabase(`sqlite:${path}`)).rejects.toThrow('not-a-database cannot be used as a SQLite database')
    await expect(openDatabase(`sqlite:${path}/x.db`)).rejects.toThrow('x.db cannot be opened for writing')
  })

  it('survives its process: log, full synchronisation, no blocking wait', async () => {
    const { db } = await open()
    const { sql } = await import('kysely')
    const ask = async (name: string) =>
      (await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(db)).rows[0]
    expect(await ask('journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await ask('synchronous')).toEqual({ synchronous: 2 })
    expect(await ask('busy_timeout')).toEqual({ timeout: 0 })
  })
})

describeDatabase('mariadb', 'a server', (_open, { url }) => {
  it('that refuses the password is explained without it', async () => {
    const wrong = (await url()).replace(/:[^:@]*@/, `:${SECRET}@`)
    const opening = openDatabase(wrong)
    await expect(opening).rejects.toThrow('refused the user name or the password')
    await expect(opening).rejects.not.toThrow(SECRET)
  })

  it('without that database is explained', async () => {
    const missing = (await url()).replace(/[^/]+$/, 'missing')
    await expect(openDatabase(missing)).rejects.toThrow('has no database of that name')
  })

  it('answers to mariadb:// as well', async () => {
    const database = await openDatabase((await url()).replace('mysql:', 'mariadb:'))
    expect(database.dialect.name).toBe('mysql')
    await database.close()
  })
})

describeEachDatabase('an error of the database', (open) => {
  it('carries nothing of the values', async () => {
    const { db } = await open()
    const row = { token_id: SECRET, expires_at: 1 }
    await db.insertInto('revoked_token').values(row).execute()
    const error = await db
      .insertInto('revoked_token')
      .values(row)
      .execute()
      .then(
        () => expect.unreachable(),
        (reason) => reason,
      )
    const { message, stack, ...rest } = error
    expect(JSON.stringify([message, stack, rest])).not.toContain(SECRET)
  })
})

describeEachDatabase('a closed database', (open) => {
  it('has finished what was under way', async () => {
    const database = await open()
    const write = database.db.insertInto('revoked_token').values({ token_id: 'a', expires_at: 1 }).execute()
    await write
    await database.close()
    await database.close()
    const late = database.db.selectFrom('revoked_token').selectAll().execute()
    await expect(late).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  })
})
