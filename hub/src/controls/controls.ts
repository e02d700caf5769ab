import type { Control, UpdateControl } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { found } from '../lib/problem.ts'
import { findControl, listControls, updateHighestTlp } from './control-store.ts'

export { highestTlpOf } from './highest-tlp.ts'

export type Controls = ReturnType<typeof createControls>

/** What exports fill, and how each of them stands by its newest receipts. */
export function createControls({ db, audit }: { db: DatabaseConnection['db']; audit: Audit }) {
  return {
    list: (caller: PersonCaller, after: string | undefined, rowsMax: number): Promise<Control[]> =>
      listControls(db, caller.organizationId, after, rowsMax),

    async get(caller: PersonCaller, controlId: string): Promise<Control> {
      return found(await findControl(db, caller.organizationId, controlId), 'control')
    },

    /** Holds from the next reading of a data collection on; what was exported before leaves with the next export. */
    async update(
      caller: PersonCaller,
      controlId: string,
      { highestTlp }: UpdateControl,
      address?: string,
    ): Promise<Control> {
      return await db.transaction().execute(async (trx) => {
        const before = found(await updateHighestTlp(trx, caller.organizationId, controlId, highestTlp), 'control')
        const detail = { highestTlp, before }
        await audit.record(trx, caller, 'control.update', `control ${controlId}`, detail, address)
        return found(await findControl(trx, caller.organizationId, controlId), 'control')
      })
    },
  }
}
