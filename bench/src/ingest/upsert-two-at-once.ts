import { inFlight } from './in-flight.ts'
import type { LibraryUnderTest } from './library-under-test.ts'
import { Psql } from './psql.ts'
import { prepareScript, upsertScript } from './ready-rows.ts'

/** Empties the tables and fills the other side's. @returns seconds from the first batch to the last commit, connected already */
export async function upsertTwoAtOnce(library: LibraryUnderTest, files: readonly string[]): Promise<number> {
  await library.empty()
  await using one = await Psql.connect(library.databaseUrl)
  await using other = await Psql.connect(library.databaseUrl)
  const lanes = [one, other]
  for (const psql of lanes) await psql.run(prepareScript)
  const start = performance.now()
  await inFlight(lanes.length, files, async (file, lane) => lanes[lane]?.run(upsertScript(library, file)))
  return (performance.now() - start) / 1000
}
