import type { ServerTelemetry } from '@postern/protocol'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Environments, Member } from '../environments/environments.ts'
import { Problem } from '../lib/problem.ts'
import type { Settings } from '../settings/settings.ts'
import { telemetryLimits } from './telemetry-limits.ts'
import { readExecutionCounts, readNow, readPoints, spanOf } from './telemetry-reader.ts'

export type TelemetryParts = {
  db: DatabaseConnection['db']
  clock: Clock
  environments: Pick<Environments, 'getServer'>
  settings: Pick<Settings, 'publicNames'>
}

export type Telemetries = ReturnType<typeof createTelemetry>

export type WantedSpan = { from?: Date | undefined; to?: Date | undefined; stepSeconds?: number | undefined }

const hourMs = 3_600_000
const spanMsMax = telemetryLimits.spanDaysMax * 24 * hourMs
/** Counting a month of attempts takes longer than all the rest of an answer, and pages ask every few seconds. */
const countsKeptMs = 30_000
const countsKeptMax = 1000

type Counts = ServerTelemetry['executions']

/** Figures of environment servers (ES-14), whoever gathered them. */
export function createTelemetry({ db, clock, environments, settings }: TelemetryParts) {
  const counts = new Map<string, { at: number; counts: Counts }>()

  /** The last hour where nothing else is asked for. */
  async function read(
    caller: Member,
    environmentId: string,
    serverXid: string,
    wanted: WantedSpan,
  ): Promise<ServerTelemetry> {
    await environments.getServer(caller, environmentId, serverXid)
    const now = clock.now()
    const to = wanted.to ?? now
    const from = wanted.from ?? new Date(to.getTime() - hourMs)
    if (from >= to) throw new Problem('invalid', '"from" must be before "to".')
    if (to.getTime() - from.getTime() > spanMsMax)
      throw new Problem('invalid', `Ask for ${telemetryLimits.spanDaysMax} days at most.`)
    const span = spanOf({ from, to, stepSeconds: wanted.stepSeconds }, now)
    return {
      serverXid,
      now: await readNow(db, serverXid, now),
      executions: await countsOf(serverXid, now),
      livePort: (await settings.publicNames()).brokerPort,
      from: from.toISOString(),
      to: to.toISOString(),
      stepSeconds: span.stepSeconds,
      points: await readPoints(db, serverXid, span),
    }
  }

  async function countsOf(serverXid: string, now: Date): Promise<Counts> {
    const known = counts.get(serverXid)
    if (known !== undefined && Math.abs(now.getTime() - known.at) < countsKeptMs) return known.counts
    const read = await readExecutionCounts(db, serverXid, now)
    counts.delete(serverXid)
    counts.set(serverXid, { at: now.getTime(), counts: read })
    for (const oldest of counts.keys()) if (counts.size > countsKeptMax) counts.delete(oldest)
    return read
  }

  return { read }
}
