import { BootError } from '../../config/boot-error.ts'
import type { Database } from '../../storage/database.ts'

/** A row of the lease table that stands while a database is being filled, and remains where that was interrupted. */
const NAME = 'transfer'

export async function markUnfinished({ db }: Pick<Database, 'db'>): Promise<void> {
  await db.deleteFrom('lease').where('name', '=', NAME).execute()
  await db.insertInto('lease').values({ name: NAME, holder: NAME, expires_at: Number.MAX_SAFE_INTEGER }).execute()
}

export async function markFinished({ db }: Pick<Database, 'db'>): Promise<void> {
  await db.deleteFrom('lease').where('name', '=', NAME).execute()
}

export async function isUnfinished({ db }: Pick<Database, 'db'>): Promise<boolean> {
  return (await db.selectFrom('lease').select('name').where('name', '=', NAME).executeTakeFirst()) !== undefined
}

/** @throws {BootError} for a database that holds only a part of what was to be transferred into it */
export async function refuseUnfinished(database: Pick<Database, 'db'>): Promise<void> {
  if (!(await isUnfinished(database))) return
  throw new BootError(
    'A transfer into this database has not finished, so a part of the data is missing. Run `grantql transfer --overwrite` again.',
  )
}
