import { openDatabase } from '../../../src/storage/open-database.ts'
import { claim } from './rows.ts'

// Claims each code of the list 20 times at once, and prints `<code> <outcome>` for each try.
const [url = '', name = '', ...codes] = process.argv.slice(2)
const database = await openDatabase(url)
for (const code of codes) {
  const tries = Array.from({ length: 20 }, (_, index) =>
    claim(database, Buffer.from(code), `${code}-${name}-${index}`).then(
      (won) => (won ? 'won' : 'lost'),
      (error) => `failed:${error.name}`,
    ),
  )
  for (const outcome of await Promise.all(tries)) console.log(`${code} ${outcome}`)
}
await database.close()
