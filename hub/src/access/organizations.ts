import type { DatabaseConnection } from '../database/database.ts'

/** More than any hub has. */
const organizationsMax = 1000

/** By id, which is by age. */
export async function listOrganizations(db: DatabaseConnection['db']): Promise<{ id: string; name: string }[]> {
  return await db.selectFrom('organization').select(['id', 'name']).orderBy('id').limit(organizationsMax).execute()
}

/** The organization that a new hub starts with, made if there is none; the local socket acts in it. */
export async function firstOrganizationId(db: DatabaseConnection['db']): Promise<string> {
  await db
    .insertInto('organization')
    .values({ name: 'Main' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const [first] = await listOrganizations(db)
  if (first === undefined) throw new Error('there is no organization after one was made')
  return first.id
}
