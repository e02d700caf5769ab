import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** More garbage than this is collected at once: how much of it lies how long hangs on the machine and its memory. */
const garbageBytesMax = 64 * 1024 * 1024

/** How this process's memory grew since `measureMemory` was called: its objects, and buffers outside the heap. */
export type MemoryGrowth = {
  /** Looks at what the process takes by now, some garbage included, for `peakBytes`. */
  look(): void
  /** The most that it took when someone looked. */
  peakBytes(): number
  /** What is held now, garbage not included. */
  heldBytes(): number
}

export function measureMemory(): MemoryGrowth {
  const before = heldNow()
  let collected = before
  let peak = 0
  function look(): void {
    const taken = takenNow()
    peak = Math.max(peak, taken - before)
    if (taken - collected > garbageBytesMax) collected = heldNow()
  }
  return { look, peakBytes: () => peak, heldBytes: () => heldNow() - before }
}

function heldNow(): number {
  collectGarbage()
  return takenNow()
}

function takenNow(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Twice: what only a finalizer lets go is garbage afterwards. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  // A context that is made after the flag has what the flag gives.
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
}
