import { executionEndStates, type ExecutionState } from '@postern/protocol'

/** Whether an execution is in a state that it never leaves. */
export function hasEnded(state: ExecutionState): boolean {
  return executionEndStates.some((end) => end === state)
}
