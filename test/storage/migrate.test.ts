import { expect, it } from 'vitest'
import { coreMigrations } from '../../migrations/index.ts'
import { type MigrationStep, migrate, pendingMigrations } from '../../src/storage/migrate.ts'
import { createIndex, createTable } from '../../src/storage/schema-steps.ts'
import { describeEachDatabase } from '../support/database.ts'
import { startChild } from './support/child.ts'

const names = Object.keys(coreMigrations)

describeEachDatabase('migrate', (open, database) => {
  it('makes every table, and is through after that', async () => {
    const opened = await open({ migrations: {} })
    expect(await pendingMigrations(opened, coreMigrations)).toEqual(names.toSorted())
    await migrate(opened, coreMigrations)
    expect(await pendingMigrations(opened, coreMigrations)).toEqual([])
    const ran: string[] = []
    await migrate(opened, coreMigrations, {
      log: { info: (fields) => ran.push(JSON.stringify(fields)), warn: () => {} },
    })
    expect(ran).toEqual([])
  })

  it('can run every step again', async () => {
    const { db, dialect } = await open()
    for (const step of Object.values(coreMigrations)) await step.up(db, dialect.columns, dialect)
  })

  it('runs a plugin that comes later, and does not mind one that went away', async () => {
    const opened = await open()
    const steps: Record<string, MigrationStep> = {
      'a-plugin/0001-thing': {
        up: (db, { id }, dialect) =>
          createTable(db, dialect, 'a_thing')
            .addColumn('id', id, (column) => column.primaryKey().notNull())
            .execute(),
      },
      'a-plugin/0002-thing-by-id': {
        up: (db, _columns, dialect) => createIndex(db, dialect, { table: 'a_thing', columns: ['id'] }),
      },
    }
    await migrate(opened, { ...coreMigrations, ...steps })
    expect(await pendingMigrations(opened, { ...coreMigrations, ...steps })).toEqual([])
    await migrate(opened, coreMigrations)
    expect(await pendingMigrations(opened, coreMigrations)).toEqual([])
  })

  it('names the step that failed, and keeps those before it', async () => {
    const opened = await open()
    const steps: Record<string, MigrationStep> = {
      'bad/0001-fine': { up: async () => {} },
      'bad/0002-broken': { up: () => Promise.reject(new Error('no')) },
    }
    const migrating = migrate(opened, { ...coreMigrations, ...steps })
    await expect(migrating).rejects.toThrow('The migration bad/0002-broken failed.')
    expect(await pendingMigrations(opened, { ...coreMigrations, ...steps })).toEqual(['bad/0002-broken'])
  })

  it('refuses a name that is not prefixed', async () => {
    const opened = await open({ migrations: {} })
    await expect(migrate(opened, { '0001-user': { up: async () => {} } })).rejects.toThrow('named like')
  })

  it('runs in two processes at once, each step in one of them', async () => {
    const url = await database.url()
    const children = [startChild('migrate-child.ts', url), startChild('migrate-child.ts', url)]
    const [first = [], second = []] = await Promise.all(children.map((child) => child.done()))
    expect([...first, ...second].toSorted()).toEqual(names.toSorted())
    expect(await pendingMigrations(await open({ url, migrations: {} }), coreMigrations)).toEqual([])
  })

  it('is finished by another process when the first is killed in the middle of it', async () => {
    const url = await database.url()
    const killed = startChild('migrate-child.ts', url, 'hang')
    await killed.said('hanging')
    const heir = startChild('migrate-child.ts', url)
    killed.process.kill('SIGKILL')
    await heir.done()
    expect(await pendingMigrations(await open({ url, migrations: {} }), coreMigrations)).toEqual([])
  })
})
