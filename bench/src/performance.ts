import * as z from 'zod'
import { Machine } from './machine.ts'
import { type Measurement, Row } from './row.ts'

/** docs/performance.json: what was measured last of each bench, and on which machine, by the bench's name. */
export const Performance = z
  .strictObject({ machines: z.record(z.string(), Machine), rows: z.array(Row) })
  .refine(({ machines, rows }) => rows.every(({ bench }) => bench in machines), 'a row has no machine')
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

/** Puts a bench's new rows in place of its old ones. All rows of a bench are of one machine, and of one run. */
export function withMeasurements(before: Performance | undefined, run: Run): Performance {
  const kept = (before?.rows ?? []).filter((row) => row.bench !== run.bench)
  const rows = run.measurements.map((measurement) =>
    Row.parse({ bench: run.bench, ...measurement, load: run.load, measuredAt: run.date, commit: run.commit }),
  )
  const machines = { ...before?.machines, [run.bench]: run.machine }
  return {
    machines: Object.fromEntries(Object.entries(machines).sort(([left], [right]) => compareText(left, right))),
    rows: [...kept, ...rows].sort((left, right) => compareText(left.bench, right.bench)),
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
