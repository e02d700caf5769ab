/** After a soak: `node tools/write-soak.ts REPORT.json VITEST-EXIT-CODE`. Adds a row to docs/soak.md. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkoutFolder } from './house/checkout.ts'
import { closingLine, readTestReport } from './features/test-report.ts'

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
      '| date | commit | files | result |',
      '| --- | --- | --- | --- |',
      '',
    ].join('\n'),
  )
}
const run = readTestReport(readFileSync(reportFile, 'utf8'), checkoutFolder)
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: checkoutFolder, encoding: 'utf8' }).trim()
const files = new Set(run.tests.map((test) => test.path)).size
const result = closingLine(run, Number(exitCode ?? 0))
appendFileSync(document, `| ${new Date().toISOString().slice(0, 10)} | ${commit} | ${files} | ${result} |\n`)
console.log(result)
process.exitCode = Number(exitCode ?? 0)
