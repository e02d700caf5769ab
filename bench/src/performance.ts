import * as z from 'zod'
import { Machine } from './machine.ts'
import { type Measurement, Row } from './row.ts'

/** docs/performance.json: what was measured last of each bench, on one machine. */
export const Performance = z.strictObject({ machine: Machine, rows: z.array(Row) })
export type Performance = z.infer<typeof Performance>

export function readPerformance(json: string): Performance {
  const read = Performance.safeParse(JSON.parse(json))
  if (!read.success) throw new Error(`docs/performance.json does not hold together:\n${z.prettifyError(read.error)}`)
  return read.data
}

/** One bench, run to its end. */
export type Run = {
  machine: Machine
  bench: string
  commit: string
  date: string
  load?: Row['load']
  measurements: readonly Measurement[]
}

/** Puts a bench's new rows in place of its old ones. Rows of another machine go: their figures mean something else. */
export function withMeasurements(before: Performance | undefined, run: Run): Performance {
  const isSameMachine = JSON.stringify(before?.machine) === JSON.stringify(run.machine)
  const kept = isSameMachine ? (before?.rows ?? []).filter((row) => row.bench !== run.bench) : []
  const rows = run.measurements.map((measurement) =>
    Row.parse({ bench: run.bench, ...measurement, load: run.load, measuredAt: run.date, commit: run.commit }),
  )
  return { machine: run.machine, rows: [...kept, ...rows].sort((left, right) => compareText(left.bench, right.bench)) }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
