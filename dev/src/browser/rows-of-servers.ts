import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import type { TestSystem } from '../test-system.ts'

export const lateFingerprint = 'a1b2c3d4'.repeat(8)

/** Of a server that is online: one whose machine has little disk or memory left is shown as that. */
export const shownOnline = /^(Online|Unhealthy)$/

/**
 * What the server would say of a busy processor and a full disk, as the hub keeps it; its own next message takes it back.
 * @param startedAt of the server, whose first message is waited for
 */
export async function sayOneFigure({ dataFolder }: TestSystem, startedAt: Date): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    const say = async () =>
      await client.query(
        `update telemetry_latest set at = now(), ailments = '{disk}', ailments_changed_at = now(),
          said = said || jsonb_build_object('cpuPercent', 77.7, 'diskFreeBytes', 1, 'diskTotalBytes', 100,
            'memoryFreeBytes', 50, 'memoryTotalBytes', 100)
        where at > $1`,
        [startedAt],
      )
    await waitFor(async () => (await say()).rowCount, 'the first figures of the server')
  })
}

/** Moves the last heartbeat of the stopped server into the past, just before a threshold: the hub notices when it passes. */
export async function heardAgo({ dataFolder }: TestSystem, seconds: number): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    await client.query(
      `update environment_server set last_heartbeat_at = now() - make_interval(secs => $1) where name = 'This machine'`,
      [seconds],
    )
  })
}

/** Apps that the catalog knows by name alone. */
export async function addApps({ dataFolder }: TestSystem, names: readonly string[]): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    await client.query(
      `insert into app (program_name, kind, display_name) select name, 'action', name from unnest($1::text[]) name`,
      [names],
    )
  })
}

/** A server that enrolled long after its download, as the hub stores one. */
export async function addLateServer({ dataFolder }: TestSystem, name: string): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    await client.query(
      `insert into environment_server (environment_id, name, downloaded_by, downloaded_at, enrolled_at, last_heartbeat_at,
        public_key_pem, sealing_public_key, key_fingerprint, enrolled_from)
      select id, $1, 'ada.lovelace', now() - interval '5 hours', now() - interval '3 hours', now(), 'unused here',
        decode(repeat('01', 32), 'hex'), $2, '192.0.2.17' from environment where name = 'Plant North'`,
      [name, lateFingerprint],
    )
  })
}
