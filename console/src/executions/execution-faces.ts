import type { Attempt, ExecutionState, PlanState, ReceiptState, SandboxTier, SignatureState } from '@postern/protocol'
import type { BadgeFace, ExplainedFace } from '../elements/state-badge.tsx'
import { formatCount } from '../format/quantities.ts'

export const executionFaces: Record<ExecutionState, ExplainedFace> = {
  waiting: { tone: 'open', icon: 'clock', word: 'Waiting', meaning: 'No environment server has been given it yet.' },
  dispatched: {
    tone: 'busy',
    icon: 'send',
    word: 'Dispatched',
    meaning: 'The signed command is on its way to an environment server.',
  },
  running: { tone: 'busy', icon: 'play', word: 'Running', meaning: 'The app runs on an environment server.' },
  succeeded: {
    tone: 'good',
    icon: 'tick',
    word: 'Succeeded',
    meaning: 'The app ended well.',
  },
  partial: {
    tone: 'notice',
    icon: 'half',
    word: 'Partial',
    meaning: 'The app ended, but not all of its work was done: ledger, plan and receipt say what was not.',
  },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed', meaning: 'The app ended with an error, or was ended.' },
  cancelled: { tone: 'open', icon: 'barred', word: 'Cancelled', meaning: 'A person ended it.' },
  'timed-out': {
    tone: 'bad',
    icon: 'clock',
    word: 'Timed out',
    meaning: 'It ran longer than its job allows and was ended.',
  },
  refused: { tone: 'bad', icon: 'barred', word: 'Refused', meaning: 'The environment server would not run it.' },
  unknown: {
    tone: 'doubt',
    icon: 'question',
    word: 'Unknown',
    meaning:
      'The attempt was lost, and the app may not be started twice: nobody knows how far it came. Look at the target before running it again.',
  },
}

/** What `succeeded` means where the hub refused items: the app did its work, and not everything got through. */
export function succeededWithRefusals(refused: number): string {
  if (refused === 1) return 'The app ended well; 1 of its items was refused, with its reason in the ledger.'
  return `The app ended well; ${formatCount(refused)} of its items were refused, each with its reason in the ledger.`
}

export const attemptFaces: Record<Attempt['state'], BadgeFace> = {
  dispatched: { tone: 'busy', icon: 'send', word: 'Dispatched' },
  running: { tone: 'busy', icon: 'play', word: 'Running' },
  finished: { tone: 'open', icon: 'tick', word: 'Finished' },
  lost: { tone: 'doubt', icon: 'question', word: 'Lost' },
  refused: { tone: 'bad', icon: 'barred', word: 'Refused' },
  cancelled: { tone: 'open', icon: 'barred', word: 'Cancelled' },
}

/** How an app was kept apart, as measured when it started (S2): never better than it was. */
export const tierFaces: Record<SandboxTier, ExplainedFace> = {
  isolated: {
    tone: 'good',
    icon: 'tick',
    word: 'Isolated',
    meaning: 'In a sandbox: own processes, own view of the files, a user without rights.',
  },
  'separate-user': {
    tone: 'notice',
    icon: 'half',
    word: 'Separate user',
    meaning: 'Under a user of its own, but it sees the machine’s processes and public files. Egress was not enforced.',
  },
  none: {
    tone: 'bad',
    icon: 'warning',
    word: 'Not confined',
    meaning: 'Without any sandbox, because the environment server’s local policy allows it.',
  },
}

export const planFaces: Record<PlanState, ExplainedFace> = {
  draft: { tone: 'open', icon: 'clock', word: 'Draft', meaning: 'The values are still being written.' },
  ready: { tone: 'busy', icon: 'send', word: 'Ready', meaning: 'Every guard passed; it is about to be applied.' },
  waiting: {
    tone: 'notice',
    icon: 'warning',
    word: 'Waits for approval',
    meaning: 'Nothing has been changed on the control. A person decides.',
  },
  applying: { tone: 'busy', icon: 'play', word: 'Applying', meaning: 'The changes are being written to the control.' },
  applied: {
    tone: 'good',
    icon: 'tick',
    word: 'Applied',
    meaning: 'The changes were written. Whether the control holds them, the receipt says.',
  },
  failed: {
    tone: 'bad',
    icon: 'cross',
    word: 'Failed',
    meaning: 'Applying broke off. The next run reads the control again and plans anew.',
  },
  refused: { tone: 'open', icon: 'barred', word: 'Refused', meaning: 'It was not applied, and will not be.' },
  superseded: {
    tone: 'open',
    icon: 'barred',
    word: 'Superseded',
    meaning: 'A later plan for the same control took its place.',
  },
}

export const receiptFaces: Record<ReceiptState, ExplainedFace> = {
  'in-sync': {
    tone: 'good',
    icon: 'tick',
    word: 'In sync',
    meaning: 'The control was read back and holds exactly what it should.',
  },
  drift: {
    tone: 'notice',
    icon: 'differs',
    word: 'Drift',
    meaning: 'The control was read back and differs from what it should hold, by the values below.',
  },
  unverifiable: {
    tone: 'doubt',
    icon: 'unseen',
    word: 'Unverifiable',
    meaning: 'The values were handed over, but the control cannot be read back. What it holds is not known.',
  },
  pending: {
    tone: 'open',
    icon: 'clock',
    word: 'Pending',
    meaning:
      'The values lie ready, but the control has not fetched them yet. If it does not in time, this becomes drift.',
  },
}

/** Whose word a plan or a receipt is (D40). */
export const signatureFaces: Record<SignatureState, ExplainedFace> = {
  signed: { tone: 'good', icon: 'tick', word: 'Signed', meaning: 'The server that ran it signed it.' },
  doubtful: {
    tone: 'notice',
    icon: 'warning',
    word: 'Doubtful',
    meaning: 'It is signed by a key that others may have had by then.',
  },
  awaited: {
    tone: 'open',
    icon: 'clock',
    word: 'Not signed yet',
    meaning: 'Its server signs when the attempt has ended.',
  },
  unsigned: { tone: 'open', icon: 'question', word: 'Unsigned', meaning: 'There is no signature to check.' },
  'not-matching': {
    tone: 'bad',
    icon: 'cross',
    word: 'Not matching',
    meaning: 'It is not what its server signed: somebody else wrote it, or it was changed.',
  },
}
