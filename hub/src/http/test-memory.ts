import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How this process's memory grew since `measureMemory` was called. */
export type MemoryGrowth = {
  /** Looks at what the process takes by now, garbage included, for `peakBytes`. */
  look(): void
  /** The most that it took when someone looked. */
  peakBytes(): number
  /** What is held now, garbage not included: objects, and buffers outside the heap. */
  heldBytes(): number
}

export function measureMemory(): MemoryGrowth {
  const held = heldNow()
  const { rss } = process.memoryUsage()
  let peak = 0
  const look = () => void (peak = Math.max(peak, process.memoryUsage.rss() - rss))
  return { look, peakBytes: () => peak, heldBytes: () => heldNow() - held }
}

function heldNow(): number {
  collectGarbage()
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
