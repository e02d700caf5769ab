import type { Batches } from '../batches/batches.ts'
import { databaseOnClient } from '../database/on-client.ts'
import type { RemoveFromOwner } from './taxii.ts'

/** Deletes by a batch, as every delete is: with tombstones, and a ledger that says whose request it was. */
export function removeByBatch(batches: Batches): RemoveFromOwner {
  return async (caller, owner, { indicators, groups }, beside) => {
    const content = {
      indicator: indicators.map(({ type, value }) => ({ type, summary: value })),
      group: groups.map(({ type, xid }) => ({ type, xid, name: xid })),
    }
    const sender = {
      organizationId: caller.organizationId,
      ownerId: owner.id,
      executionId: null,
      attempt: null,
      sentBy: caller.name,
      statusDefault: 'Active' as const,
    }
    const config = { action: 'Delete' as const, owner: owner.name }
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    await batches.submit(sender, config, bytes, {
      write: (client) => beside(databaseOnClient(client)),
      needsTurnAlone: true,
    })
  }
}
