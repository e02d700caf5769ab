import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import type { Changes } from '../live/changes.ts'

export type TelemetryWatchParts = { db: DatabaseConnection['db']; changes: Pick<Changes, 'tellHere'> }

/**
 * Tells live pages that a server which they follow has spoken. Every hub looks for its own browsers, and only at what they follow: to
 * notify each of a thousand messages a second would cost every hub more than it is worth (D15).
 */
export function createTelemetryWatch({ db, changes }: TelemetryWatchParts) {
  const followers = new Map<string, number>()
  const seenAt = new Map<string, number>()

  /** @returns what ends the following */
  function follow(serverXid: string): () => void {
    followers.set(serverXid, (followers.get(serverXid) ?? 0) + 1)
    let following = true
    return () => {
      if (!following) return
      following = false
      const left = (followers.get(serverXid) ?? 1) - 1
      if (left > 0) followers.set(serverXid, left)
      else {
        followers.delete(serverXid)
        seenAt.delete(serverXid)
      }
    }
  }

  /** Every second; nothing while nobody follows. */
  async function tick(): Promise<void> {
    if (followers.size === 0) return
    const { rows } = await sql<{ id: string; at: Date }>`
      select server_xid::text as id, at from telemetry_latest
      where server_xid = any(${[...followers.keys()]}::bigint[])`.execute(db)
    for (const { id, at } of rows) {
      if (seenAt.get(id) === at.getTime()) continue
      if (followers.has(id)) seenAt.set(id, at.getTime())
      changes.tellHere({ changed: 'environment-server', id, part: 'telemetry' })
    }
  }

  return { follow, tick }
}
