import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { tried } from './tried.ts'

/** Turns on its own scaffold: forges the report on what it used, and kills whoever watches it from inside. */
const shell = process.ppid
await tried('forge the report', () => {
  const report = openSync(`/proc/${shell}/fd/3`, 'w')
  writeSync(report, '0m0.000s 0m0.000s\n99999m0.000s 0m0.000s\n'.repeat(10_000))
  closeSync(report)
})
await tried('see its place when memory runs out', () => readFileSync('/proc/self/oom_score_adj', 'utf8').trim())
await tried('kill the first process', () => process.kill(1, 'SIGKILL'))
console.log(`tried see its processes: ${readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length}`)
// Time for what was said to be read.
await new Promise((resolve) => setTimeout(resolve, 300))
await tried('kill its shell', () => process.kill(shell, 'SIGKILL'))
await tried('kill everybody', () => process.kill(-1, 'SIGKILL'))
// Where its shell is the first process of a namespace of its own, nothing in there can end that.
setTimeout(() => process.exit(1), 1_000)
