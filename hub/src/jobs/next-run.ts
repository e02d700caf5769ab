import type { Schedule } from '@postern/protocol'
import { Cron } from 'croner'
import { Problem } from '../lib/problem.ts'
import { CronRefused, parseQuartzCron } from './quartz-cron.ts'

/**
 * The next time of a schedule after an instant; undefined when there is none any more.
 *
 * Daylight saving: a schedule of one time a day (a single second, minute and hour) runs once on every day that it names; a time
 * that the clocks skip runs at the first moment after the gap, one that comes twice runs the first time. Every other schedule
 * goes by the clock on the wall: skipped times do not run, repeated ones run twice.
 */
export function nextRun({ cron, timeZone }: Schedule, after: Date): Date | undefined {
  const { croner } = parseQuartzCron(cron)
  return new Cron(croner, { timezone: timeZone, mode: '6-or-7-parts', paused: true }).nextRun(after) ?? undefined
}

/** The schedule as it is stored: printed from what was understood (S11). @throws Problem `invalid` that says what to write */
export function checkedSchedule({ cron, timeZone }: Schedule, now: Date): Schedule {
  const zone = canonicalZone(timeZone)
  const printed = readCron(cron)
  const schedule = { cron: printed, timeZone: zone }
  if (nextRun(schedule, now) === undefined) {
    throw new Problem('invalid', `schedule.cron: "${printed}" names no time that is still to come.`)
  }
  return schedule
}

/** The next times of a checked schedule, soonest first; fewer where it ends before. */
export function nextRuns(schedule: Schedule, after: Date, runsMax: number): Date[] {
  const runs: Date[] = []
  for (let at = nextRun(schedule, after); at !== undefined && runs.length < runsMax; at = nextRun(schedule, at))
    runs.push(at)
  return runs
}

function readCron(cron: string): string {
  try {
    return parseQuartzCron(cron).printed
  } catch (error) {
    if (error instanceof CronRefused) throw new Problem('invalid', `schedule.cron: ${error.message}`, { cause: error })
    throw error
  }
}

function canonicalZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    throw new Problem(
      'invalid',
      `schedule.timeZone: "${timeZone}" is no time zone; write one such as Europe/Berlin or UTC.`,
    )
  }
}
