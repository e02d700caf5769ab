/**
 * `script/bench [NAME…] [--rounds N]`: measures, and writes docs/performance.json and docs/performance.md. With fewer rounds than may
 * be written down it only prints.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benches } from './benches.ts'
import { isBusy, loadOfMinute } from './load.ts'
import { thisMachine } from './machine.ts'
import { withMeasurements } from './performance.ts'
import { readPerformanceFile, writeDocument, writePerformanceFile } from './performance-files.ts'
import { roundsMin } from './run-alternating.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: String(roundsMin) } },
})
const rounds = Number(values.rounds)
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name))
if (!(rounds >= 1) || unknown.length > 0) {
  console.error(`Usage: script/bench [NAME…] [--rounds N]; names: ${benches.map((bench) => bench.name).join(', ')}`)
  process.exit(2)
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const atStart = loadOfMinute()
for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue
  const load = { atStart, beforeBench: loadOfMinute() }
  const busy = isBusy(load.beforeBench, cpus().length)
  if (busy)
    console.error(
      `${bench.name}: busy machine, a load of ${load.beforeBench.toFixed(1)} on ${cpus().length} cores before it`,
    )
  const measurements = await bench.measure(rounds, (line) => console.error(`${bench.name}: ${line}`))
  for (const { work, ours, peer, ratio, difference, goal, bound, met } of measurements)
    console.log(
      JSON.stringify({ bench: bench.name, work, ours, peer, ratio, difference, goal, bound, met, load, busy }),
    )
  if (rounds < roundsMin) continue
  const date = new Date().toISOString().slice(0, 10)
  const run = { machine: thisMachine(), bench: bench.name, commit, date, load, measurements }
  writePerformanceFile(withMeasurements(readPerformanceFile(), run))
}
// Writing the document throws where a missed goal lacks its findings; by now every bench has been measured.
const written = readPerformanceFile()
if (rounds >= roundsMin && written !== undefined) writeDocument(written)
