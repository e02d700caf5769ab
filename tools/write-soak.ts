/** After a soak: `node tools/write-soak.ts REPORT.json VITEST-EXIT-CODE`. Adds a row to docs/soak.md. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkoutFolder } from './house/checkout.ts'
import { soakRow } from './features/soak-row.ts'

const [reportFile, exitCode] = process.argv.slice(2)
if (reportFile === undefined) throw new Error('Usage: node tools/write-soak.ts REPORT.json VITEST-EXIT-CODE')

const document = join(checkoutFolder, 'docs/soak.md')
if (!existsSync(document)) {
  writeFileSync(
    document,
    [
      '# Soak',
      '',
      'What `script/soak` found: the tests whose size can grow, at full size (5,000 cases a property).',
      '',
      '| date | commit | files | sizes | result |',
      '| --- | --- | --- | --- | --- |',
      '',
    ].join('\n'),
  )
}
const report = readFileSync(reportFile, 'utf8')
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: checkoutFolder, encoding: 'utf8' }).trim()
const day = new Date().toISOString().slice(0, 10)
const { row, result } = soakRow(report, checkoutFolder, { day, commit, exitCode: Number(exitCode ?? 0) })
addRow(row)
console.log(result)
process.exitCode = Number(exitCode ?? 0)

/** Below the last row of the document's first table. */
function addRow(row: string): void {
  const lines = readFileSync(document, 'utf8').split('\n')
  const first = lines.findIndex((line) => line.startsWith('|'))
  const after = lines.findIndex((line, index) => index > first && !line.startsWith('|'))
  writeFileSync(document, lines.toSpliced(after, 0, row).join('\n'))
}
