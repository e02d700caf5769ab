import { type TlpLevel, tlpLevels } from '@postern/intel'
import type { Db } from '../database/database.ts'

/** What a control has until somebody decides otherwise (D21); the column's default says the same. */
const highestTlpDefault: TlpLevel = 'AMBER'

/** The highest TLP that may leave to a control. An execution that names no control gets no more than one that nobody changed. */
export async function highestTlpOf(db: Db, controlId: string | null): Promise<TlpLevel> {
  if (controlId === null) return highestTlpDefault
  const { highest_tlp: highest } = await db
    .selectFrom('control')
    .select('highest_tlp')
    .where('id', '=', controlId)
    .executeTakeFirstOrThrow()
  return tlpLevels.find((level) => level === highest) ?? highestTlpDefault
}
