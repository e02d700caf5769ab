import { type HubTarget, runJob } from '@postern/cli'
import { withHubDatabase } from '@postern/dev'
import { peakMegabytes } from '../../ingest/resident-memory.ts'
import type { ProbeApp } from './probe-apps.ts'

/** Falling, in MB of 2²⁰ bytes, as a package's `limits.memoryMegabytesMax` says them. */
const memoryLimits = [512, 384, 256, 192, 160, 128, 112, 96, 80, 64, 56, 48, 40, 32, 24, 16]
const mebibyte = 1024 * 1024

export type LeastMemory = {
  kind: string
  /** The server's own, while the app ran. */
  serverMegabytes: number
  /** The app's with all its processes, under the limit that is advised by default. */
  appMegabytes: number
  /** The lowest limit under which the app still ended well. */
  limitMegabytes: number
}

type Place = { target: HubTarget; dataFolder: string; serverPid: number }

/** Runs the app again and again, each time under a lower limit, until it fails. */
export async function measureLeastMemory(
  { target, dataFolder, serverPid }: Place,
  { kind, app, job }: ProbeApp,
): Promise<LeastMemory> {
  let first: Omit<LeastMemory, 'limitMegabytes'> | undefined
  let least: number | undefined
  for (const limit of memoryLimits) {
    await limitMemory(dataFolder, app.id, limit)
    const { result, peak } = await peakMegabytes(serverPid, () => runJob(target, job.id))
    const { state, message, attempts } = result.execution
    if (state !== 'succeeded') {
      if (first === undefined) throw new Error(`${kind} fails under ${limit} MB already: ${message}`)
      break
    }
    first ??= {
      kind,
      serverMegabytes: (peak * 1_000_000) / mebibyte,
      appMegabytes: (attempts.at(-1)?.usage?.memoryPeakBytes ?? 0) / mebibyte,
    }
    least = limit
  }
  if (first === undefined || least === undefined) throw new Error(`${kind} never ended well`)
  return { ...first, limitMegabytes: least }
}

/** The same package under another limit: a hub puts what the catalog says into the signed command. */
async function limitMemory(dataFolder: string, appId: string, megabytes: number): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    await client.query(
      `update app_version set postern_json = postern_json || jsonb_build_object('limits',
         coalesce(postern_json -> 'limits', '{}') || jsonb_build_object('memoryMegabytesMax', $2::int))
       where app_id = $1 and is_current`,
      [appId, megabytes],
    )
  })
}
