import { spawn } from 'node:child_process'
import { tried } from './tried.ts'

/** Doubles itself without end, in sessions of their own, and cares for no signal. */
process.on('SIGTERM', () => {})
await tried('fork without end', () => {
  for (const detached of [true, false])
    spawn('/bin/sh', ['-c', `trap '' TERM; b() { b | b & }; b; b; while :; do b; done`], { stdio: 'ignore', detached })
})
setInterval(() => {}, 1_000)
