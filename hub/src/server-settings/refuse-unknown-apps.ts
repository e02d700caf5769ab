import { nearestName } from '@postern/intel'
import type { PolicyNarrowing } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'

/** Names of apps among which one that was mistyped is looked for. */
const nearNamesMax = 1000

/** A name that no app has would refuse everything on the server, and the hub could not take it back (D36). */
export async function refuseUnknownApps(db: Db, { apps = [] }: PolicyNarrowing): Promise<void> {
  // An entry is an app's name, or name@SHA-256 for one version of it.
  const wanted = [...new Set(apps.map((entry) => entry.split('@', 1)[0] ?? ''))]
  if (wanted.length === 0) return
  const rows = await db.selectFrom('app').select('program_name').where('program_name', 'in', wanted).execute()
  const known = new Set(rows.map((row) => row.program_name))
  const unknown = wanted.find((name) => !known.has(name))
  if (unknown === undefined) return
  const near = await nearApp(db, unknown)
  const cure = near === undefined ? 'Name one that its catalog has.' : `Did you mean ${near}?`
  throw new Problem(
    'invalid',
    `No package of this hub has the app ${unknown}. ${cure} Nothing was narrowed; only a person on the server could take such a narrowing back.`,
  )
}

async function nearApp(db: Db, unknown: string): Promise<string | undefined> {
  const rows = await db.selectFrom('app').select('program_name').orderBy('program_name').limit(nearNamesMax).execute()
  const names = rows.map((row) => row.program_name)
  // What is left out most often is the version at the end.
  return names.find((name) => name.startsWith(`${unknown}_v`)) ?? nearestName(unknown, names)
}
