import { spawn } from 'node:child_process'
import { given } from './given.ts'
import { tried } from './tried.ts'

/** Ignores every signal that can be ignored, and leaves children in sessions of their own, orphaned twice over. */
const { mark = '', leave = '' } = given()
const child = `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) process.on(name, () => {}); setInterval(() => {}, 1000)`
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)
  process.on(name, () => console.log(`tried survive ${name}: done so far`))
await tried('leave a child with the app’s output', () => {
  spawn('setsid', [process.execPath, '-e', child, mark], { stdio: 'inherit', detached: true }).unref()
})
await tried('leave an orphan', () => {
  const twice = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}, '${mark}'], { detached: true, stdio: 'ignore' }).unref()`
  spawn(process.execPath, ['-e', twice], { stdio: 'ignore', detached: true }).unref()
})
// Time for the orphan to be there.
await new Promise((resolve) => setTimeout(resolve, 300))
if (leave === 'yes') process.exit(0)
setInterval(() => {}, 1_000)
