import type { Performance } from './performance.ts'
import type { Row } from './row.ts'

/** Attempts that a missed goal must be able to show. */
const attemptsMin = 2

/**
 * docs/performance.md. @param findings what was found about each bench, as Markdown written by hand (`bench/src/<bench>/findings.md`)
 * @throws Error where a goal is missed and the findings hold no profile or fewer than two attempts
 */
export function performanceDocument(
  { machine, rows }: Performance,
  findings: Readonly<Record<string, string | undefined>>,
): string {
  const benches = [...new Set(rows.map((row) => row.bench))]
  return `<!-- Written by script/bench from docs/performance.json and bench/src/*/findings.md. A test compares it. Do not edit. -->

# Performance

Measured by \`script/bench [NAME…]\`, which anyone can run again. Each comparison runs both sides in one run, in turn, at least five
times after one round that does not count, and compares medians: so a noisy machine disturbs both alike, and only ratios travel from one machine to
another. The ratio is ours divided by the other side's: of a rate (\`/s\`) higher is better, of a time or an amount lower, and the goal says
which. Where a goal is missed, the profile and what was tried stand below the table.

Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}; Node ${machine.node}, PostgreSQL ${machine.postgresql}.
${benches.map((bench) => section(bench, rows, findings[bench])).join('')}`
}

function section(bench: string, rows: readonly Row[], finding: string | undefined): string {
  const own = rows.filter((row) => row.bench === bench)
  requireExplained(own, finding)
  const lines = [
    '| work | ours | other side | ratio | goal | met | rounds | when, commit |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...own.map(line),
  ]
  return `\n## ${bench}\n\n${lines.join('\n')}\n${finding === undefined ? '' : `\n${finding.trim()}\n`}`
}

function line(row: Row): string {
  const peer =
    row.peer === undefined || row.peerRange === undefined
      ? '–'
      : `${figure(row.peer, row)} (${range(row.peerRange)}): ${row.peerIs}`
  const ours = `${figure(row.ours, row)} (${range(row.oursRange)})`
  const met = row.met ? 'yes' : '**no**'
  return `| ${row.work} | ${ours} | ${peer} | ${row.ratio ?? '–'} | ${row.goal} | ${met} | ${row.rounds} | ${row.measuredAt}, ${row.commit} |`
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

/** A missed goal needs to show where time or memory goes, and what was tried with which figures. */
function requireExplained(rows: readonly Row[], finding = ''): void {
  const missed = rows.find((row) => !row.met)
  if (missed === undefined) return
  const attempts = finding.match(/^- Attempt:.*\d/gm)?.length ?? 0
  if (/^- Profile:.*\d/m.test(finding) && attempts >= attemptsMin) return
  throw new Error(
    `${missed.bench} misses ${missed.goal} (${missed.work}): bench/src/${missed.bench}/findings.md needs a line "- Profile: …" and ${attemptsMin} lines "- Attempt: …", each with figures.`,
  )
}
