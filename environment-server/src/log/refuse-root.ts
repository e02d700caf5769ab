import { StartProblem } from './start-problem.ts'

/** Root has no business here: apps would start one mistake away from the whole machine (S2, ES-13). */
export function refuseRoot(effectiveUser = process.geteuid?.()): void {
  if (effectiveUser !== 0) return
  throw new StartProblem(
    'The environment server does not run as root. Start it as a user of its own, for example: sudo -u postern ./run.sh',
  )
}
