import { setTimeout as sleep } from 'node:timers/promises'
import { coreMigrations } from '../../../migrations/index.ts'
import { migrate } from '../../../src/storage/migrate.ts'
import { openDatabase } from '../../../src/storage/open-database.ts'

// Migrates, and prints the steps that it ran; with `hang`, it stops in the middle of one for good.
const [url = '', mode] = process.argv.slice(2)
const database = await openDatabase(url)
const hanging = {
  'core/0020-hang': {
    async up() {
      console.log('hanging')
      await sleep(600_000)
    },
  },
}
await migrate(database, mode === 'hang' ? { ...coreMigrations, ...hanging } : coreMigrations, {
  log: { info: (fields) => console.log((fields as { migration: string }).migration), warn: () => {} },
})
await database.close()
