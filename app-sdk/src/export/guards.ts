import { prefixesMinDefault } from '@postern/intel'
import type { GuardResult } from '@postern/protocol'

/** Bounds of the guards. A plan that trips one waits for a person (architecture: exports). */
export const guardBounds = {
  /** Part of what is held that one plan may change. */
  shareChangedMax: 0.5,
  /** Below this many held values a share says nothing. */
  shareCountsFrom: 100,
  /** How many times the last receipt's number a control may suddenly hold (S10). */
  heldJumpMax: 10,
} as const

export interface GuardFacts {
  readonly desired: number
  readonly held: number
  readonly add: number
  readonly remove: number
  readonly wideCidrs: readonly string[]
  readonly valuesMax: number | undefined
  /** What the last receipt said was held; nothing on a first run. */
  readonly heldBefore: number | undefined
}

/** Judges a plan before anything is written. */
export function guardResults(facts: GuardFacts): GuardResult[] {
  return [shrinkToNothing(facts), shareChanged(facts), wideCidr(facts), controlCap(facts), heldJumped(facts)]
}

function shrinkToNothing({ desired, held }: GuardFacts): GuardResult {
  return {
    guard: 'shrink-to-nothing',
    tripped: desired === 0 && held > 0,
    message: `the data collection holds ${desired} values for this control, which holds ${held}`,
  }
}

function shareChanged({ held, add, remove }: GuardFacts): GuardResult {
  const { shareChangedMax, shareCountsFrom } = guardBounds
  const share = held === 0 ? 0 : (add + remove) / held
  const counts = held >= shareCountsFrom
  return {
    guard: 'share-changed',
    tripped: counts && share > shareChangedMax,
    message: counts
      ? `${add + remove} of ${held} held values would change (${percent(share)}); ${percent(shareChangedMax)} are allowed`
      : `${held} values are held; the share is judged from ${shareCountsFrom}`,
  }
}

function wideCidr({ wideCidrs }: GuardFacts): GuardResult {
  const allowed = `/${prefixesMinDefault.ipv4} and /${prefixesMinDefault.ipv6} are the widest allowed`
  return {
    guard: 'wide-cidr',
    tripped: wideCidrs.length > 0,
    message:
      wideCidrs.length > 0 ? `too wide: ${wideCidrs.join(', ')}; ${allowed}` : `no added block is too wide; ${allowed}`,
  }
}

function controlCap({ desired, valuesMax }: GuardFacts): GuardResult {
  return {
    guard: 'control-cap',
    tripped: valuesMax !== undefined && desired > valuesMax,
    message:
      valuesMax === undefined
        ? 'the control names no cap'
        : `${desired} values are desired; the control takes ${valuesMax}`,
  }
}

function heldJumped({ held, heldBefore }: GuardFacts): GuardResult {
  const { heldJumpMax } = guardBounds
  if (heldBefore === undefined)
    return {
      guard: 'held-jumped',
      tripped: false,
      message: `${held} values are held; there is no receipt to compare with`,
    }
  const vanished = heldBefore > 0 && held === 0
  const jumped = heldBefore > 0 && held >= heldBefore * heldJumpMax
  return {
    guard: 'held-jumped',
    tripped: vanished || jumped,
    message: `${held} values are held; the last receipt said ${heldBefore}`,
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
