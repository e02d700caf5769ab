import type { Log } from '../../lib/log.ts'
import { repeat } from '../../lib/repeat.ts'
import type { PrivateCluster } from './private-cluster.ts'

const lookMs = 500
/** Between two tries to start it: doubled after each that failed. What is left of a killed server holds its memory for a moment. */
const waitMs = { first: 500, longest: 15_000 }

/** Starts a private cluster again that dies under a living hub, for as long as the hub runs: nobody else does. */
export function keepRunning(cluster: Pick<PrivateCluster, 'revive'>, log: Log): AsyncDisposable {
  let wait = waitMs.first
  let notBefore = 0

  async function look(): Promise<void> {
    if (performance.now() < notBefore) return
    try {
      if (!(await cluster.revive())) return
      wait = waitMs.first
      log.warn({}, 'the database had ended; it was started again')
    } catch (error) {
      notBefore = performance.now() + wait
      log.error(
        { reason: error instanceof Error ? error.message : String(error), waitMs: wait },
        'the database has ended and could not be started again yet; trying again',
      )
      wait = Math.min(wait * 2, waitMs.longest)
    }
  }

  return repeat('the database', lookMs, look, log)
}
