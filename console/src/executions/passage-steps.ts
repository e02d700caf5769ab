import { type Execution, type ExecutionDetail } from '@postern/protocol'

/** A step on the way of an execution through the gate. */
export interface PassageStep {
  name: string
  at: string | null
  /** Milliseconds since the step before; absent where either is unknown. */
  sinceMs?: number
  status: 'done' | 'current' | 'ahead' | 'skipped'
}

/** Created → dispatched → started → ended, by the last attempt; a step that the end overtook was skipped. */
export function passageSteps(execution: ExecutionDetail, hasEnded: boolean): PassageStep[] {
  const attempt = execution.attempts.at(-1)
  const reached: [string, string | null][] = [
    ['Created', execution.createdAt],
    [
      execution.attempts.length > 1 ? `Dispatched, attempt ${attempt?.number ?? 1}` : 'Dispatched',
      attempt?.dispatchedAt ?? null,
    ],
    ['Started', attempt?.startedAt ?? execution.startedAt],
    ['Ended', endOf(execution, hasEnded)],
  ]
  let before: string | null = null
  const lastDone = reached.findLastIndex(([, at]) => at !== null)
  return reached.map(([name, at], index) => {
    const status = at !== null ? 'done' : hasEnded ? 'skipped' : index === lastDone + 1 ? 'current' : 'ahead'
    const step: PassageStep = { name, at, status }
    if (at !== null && before !== null) step.sinceMs = Math.max(0, Date.parse(at) - Date.parse(before))
    if (at !== null) before = at
    return step
  })
}

function endOf(execution: Execution, hasEnded: boolean): string | null {
  return hasEnded ? execution.finishedAt : null
}
