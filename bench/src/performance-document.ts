import { isBusy } from './load.ts'
import type { Machine } from './machine.ts'
import type { Performance } from './performance.ts'
import type { Row } from './row.ts'

/** Attempts that a missed goal must be able to show. */
const attemptsMin = 2

/**
 * docs/performance.md. @param findings what was found about each bench, as Markdown written by hand (`bench/src/<bench>/findings.md`)
 * @throws Error where a goal is missed and the findings hold, under the work's name, no profile or fewer than two attempts
 */
export function performanceDocument(
  { machines, rows }: Performance,
  findings: Readonly<Record<string, string | undefined>>,
): string {
  const benches = [...new Set(rows.map((row) => row.bench))]
  return `<!-- Written by script/bench from docs/performance.json and bench/src/*/findings.md. A test compares it. Do not edit. -->

# Performance

Measured by \`script/bench [NAME…]\`, which anyone can run again. Each comparison runs both sides in one run, in turn, at least five
times after one round that does not count, and compares medians: so a noisy machine disturbs both alike, and only ratios travel from one machine to
another. A ratio is ours divided by the other side's: of a rate (\`/s\`) higher is better, of a time or an amount lower, and the goal says
which. With a sign it is a difference, ours without the other side's. Only memory (1 MB = 1,000,000 bytes) and counts stand alone. The load is
that of a minute before the bench; "busy machine" is one above the number of cores. Goals are judged on figures that are not rounded. Where
one is missed, the profile and what was tried stand below the table, under the name of the work. Each bench names the machine that it ran on.
${benches.map((bench) => section(bench, machineOf(machines, bench), rows, findings[bench])).join('')}`
}

function section(bench: string, machine: Machine, rows: readonly Row[], finding: string | undefined): string {
  const own = rows.filter((row) => row.bench === bench)
  requireExplained(own, finding)
  const lines = [
    '| work | ours | other side | ratio or difference | goal | met | rounds | load | when, commit |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...own.map((row) => line(row, machine)),
  ]
  return `\n## ${bench}\n\n${machineLine(machine)}\n\n${lines.join('\n')}\n${finding === undefined ? '' : `\n${finding.trim()}\n`}`
}

function machineOf(machines: Performance['machines'], bench: string): Machine {
  const machine = machines[bench]
  if (machine === undefined)
    throw new Error(`docs/performance.json does not say on which machine ${bench} was measured.`)
  return machine
}

function machineLine({ cpu, cores, memoryGiB, system, node, postgresql }: Machine): string {
  return `Machine: ${cpu}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node ${node}, PostgreSQL ${postgresql}.`
}

function line(row: Row, { cores }: Machine): string {
  const peer =
    row.peer === undefined || row.peerRange === undefined
      ? '–'
      : `${figure(row.peer, row)} (${range(row.peerRange)}): ${row.peerIs}`
  const ours = `${figure(row.ours, row)} (${range(row.oursRange)})`
  const met = row.met ? 'yes' : '**no**'
  const goal = row.bound === undefined ? row.goal : `${row.goal} and ${row.bound}`
  return `| ${row.work} | ${ours} | ${peer} | ${compared(row)} | ${goal} | ${met} | ${row.rounds} | ${loadOf(row, cores)} | ${row.measuredAt}, ${row.commit} |`
}

function compared(row: Row): string {
  if (row.difference !== undefined) return `${row.difference < 0 ? '' : '+'}${figure(row.difference, row)}`
  return row.ratio === undefined ? '–' : number(row.ratio)
}

function loadOf({ load }: Row, cores: number): string {
  if (load === undefined) return '–'
  return isBusy(load.beforeBench, cores) ? `${number(load.beforeBench)}, busy machine` : number(load.beforeBench)
}

function figure(value: number, { unit }: Row): string {
  return unit.startsWith('/') ? `${number(value)}${unit}` : `${number(value)} ${unit}`
}

function range({ min, max }: Row['oursRange']): string {
  return `${number(min)} to ${number(max)}`
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/**
 * Each missed goal needs to show where time or memory goes, and what was tried with which figures. An explanation may outlive what it
 * explained: one of a row that is met, or not there any more, is history.
 */
function requireExplained(rows: readonly Row[], finding = ''): void {
  for (const { bench, work, goal } of rows.filter((row) => !row.met)) {
    const explanation = explanationOf(work, finding)
    const attempts = explanation.match(/^- Attempt:.*\d/gm)?.length ?? 0
    if (/^- Profile:.*\d/m.test(explanation) && attempts >= attemptsMin) continue
    throw new Error(
      `${bench} misses ${goal} (${work}): bench/src/${bench}/findings.md needs a heading "### ${work}", below it a line "- Profile: …" and ${attemptsMin} lines "- Attempt: …", each with figures.`,
    )
  }
}

/** What stands below the heading that names the work, to the next heading. */
function explanationOf(work: string, finding: string): string {
  const [, ...parts] = `\n${finding}`.split(/\n### /)
  return parts.find((part) => part.split('\n', 1)[0] === work) ?? ''
}
