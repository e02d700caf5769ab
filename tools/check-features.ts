/**
 * After a run of the tests: `node tools/check-features.ts REPORT.json VITEST-EXIT-CODE`. Compares docs/features.md with what
 * ran, and ends with the run's closing line, alone on the last line.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentProblems, proofProblems, skipProblems } from './features/feature-problems.ts'
import { readFeatureDocument } from './features/feature-table.ts'
import { closingLine, readTestReport } from './features/test-report.ts'
import { checkoutFolder } from './house/checkout.ts'

const [reportFile, exitCode] = process.argv.slice(2)
if (reportFile === undefined) throw new Error('Usage: node tools/check-features.ts REPORT.json VITEST-EXIT-CODE')

const run = readTestReport(readFileSync(reportFile, 'utf8'), checkoutFolder)
const document = readFeatureDocument(readFileSync(join(checkoutFolder, 'docs/features.md'), 'utf8'))
const mustRunAll = process.getuid?.() === 0 || (process.env['CI'] ?? '') !== ''
const problems = [
  ...documentProblems(document, (path) => existsSync(join(checkoutFolder, path))),
  ...proofProblems(document, run),
  ...(mustRunAll ? skipProblems(run) : []),
]

for (const file of run.brokenFiles) console.log(`${file}: failed outside of its tests`)
for (const { path, title, outcome } of run.tests) if (outcome === 'skipped') console.log(`SKIPPED ${path}: ${title}`)
for (const problem of problems) console.log(`features: ${problem}`)
console.log(closingLine(run, Number(exitCode ?? 0)))
process.exitCode = problems.length > 0 || Number(exitCode ?? 0) !== 0 ? 1 : 0
