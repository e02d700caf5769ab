import { spawn } from 'node:child_process'
import { tried } from './tried.ts'

/** Takes memory as fast as it comes, in several processes, and does not end when it is asked to. */
const taker = `process.on('SIGTERM', () => {}); const held = []; setInterval(() => held.push(Buffer.alloc(32 * 1024 * 1024, 1)), 5)`
process.on('SIGTERM', () => console.log('tried go on after SIGTERM: done'))
await tried('take all memory', () => {
  for (let n = 0; n < 3; n += 1) spawn(process.execPath, ['-e', taker], { stdio: 'ignore', detached: true })
})
setInterval(() => {}, 1_000)
