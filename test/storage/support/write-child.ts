import { openDatabase } from '../../../src/storage/open-database.ts'

// Writes rows from 16 callers at once until it is killed, and prints the id of each one that it was told is durable.
const [url = '', run = ''] = process.argv.slice(2)
const database = await openDatabase(url)
console.log('ready')
let count = 0
async function write(): Promise<never> {
  for (;;) {
    const token_id = `${run}-${count++}`
    if (count % 2 === 0) await database.db.insertInto('revoked_token').values({ token_id, expires_at: 1 }).execute()
    else {
      await database.transaction((trx) => trx.insertInto('revoked_token').values({ token_id, expires_at: 1 }).execute())
    }
    console.log(token_id)
  }
}
await Promise.all(Array.from({ length: 16 }, write))
