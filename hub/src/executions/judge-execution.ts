import { exitCodes } from '@postern/protocol'
import type { EndState } from './execution-state.ts'

/** What the hub itself knows of the data that an execution sent. */
export type LedgerSums = {
  /** Items written, or found to be so already. */
  taken: number
  /** Items refused within batches that were taken. */
  refused: number
  /** Whole requests to the batch API that were refused and not repeated with success. */
  requestsRefused: number
}

export type Judgement = { state: Extract<EndState, 'succeeded' | 'partial' | 'failed'>; message: string }

/**
 * An app's exit code is its opinion; the ledger is what happened (T1). An app that exits 0 although requests were refused did
 * not deliver all: partial, or failed when nothing at all was taken. Single refused items leave a success one, since each
 * is in the ledger with its reason, and the good ones among them arrived; only when none was taken has the run failed.
 */
export function judgeExecution(exitCode: number | null, message: string, ledger: LedgerSums): Judgement {
  const told = describe(ledger)
  const whole = [message, told]
    .filter((part) => part !== '')
    .join('. ')
    .replace('..', '.')
  if (exitCode === exitCodes.partial) return { state: 'partial', message: whole }
  if (exitCode !== exitCodes.success)
    return { state: 'failed', message: message || `The app ended with exit code ${exitCode}.` }
  const nothingTaken = ledger.taken === 0
  if (nothingTaken && ledger.requestsRefused + ledger.refused > 0) return { state: 'failed', message: whole }
  if (ledger.requestsRefused > 0) return { state: 'partial', message: whole }
  return { state: 'succeeded', message: whole }
}

function describe({ taken, refused, requestsRefused }: LedgerSums): string {
  const parts: string[] = []
  if (requestsRefused > 0) {
    parts.push(`The hub refused ${count(requestsRefused, 'request')} of the app as a whole.`)
  }
  if (refused > 0) parts.push(`${refused} of ${count(taken + refused, 'item')} refused.`)
  return parts.join(' ')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
