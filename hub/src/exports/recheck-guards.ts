import type { GuardResult } from '@postern/protocol'

/** S10: a control that suddenly holds this many times what the last receipt said is not believed. */
const heldJumpMax = 10

export type GuardFacts = {
  desired: number
  held: number
  add: number
  remove: number
  /** What the newest verified receipt of the control and target said was held; null if there is none. */
  heldBefore: number | null
  /** Why some of the values to add must never be exported; such a plan is refused, whoever approves it (S1). */
  neverExported: string | undefined
}

/**
 * Judges again what the hub can see for itself, so that a changed app or a hostile appliance cannot wave its own plan through. A
 * guard stays tripped if either side says so.
 */
export function recheckGuards(sent: readonly GuardResult[], facts: GuardFacts): GuardResult[] {
  const own = [protectedValues(facts), heldJumped(facts), shrinkToNothing(facts), counts(facts)].filter(
    (result) => result.tripped,
  )
  const others = sent.filter(({ guard, tripped }) => tripped || !own.some((result) => result.guard === guard))
  const added = own.filter(({ guard }) => !others.some((result) => result.guard === guard))
  return [...others, ...added]
}

function protectedValues({ neverExported }: GuardFacts): GuardResult {
  return { guard: 'never-exported', tripped: neverExported !== undefined, message: neverExported ?? '' }
}

function heldJumped({ held, heldBefore }: GuardFacts): GuardResult {
  const tripped = heldBefore !== null && heldBefore > 0 && (held === 0 || held >= heldBefore * heldJumpMax)
  return {
    guard: 'held-jumped',
    tripped,
    message: `The control is said to hold ${held} values; the last receipt said ${heldBefore ?? 'nothing'}.`,
  }
}

function shrinkToNothing({ desired, held }: GuardFacts): GuardResult {
  return {
    guard: 'shrink-to-nothing',
    tripped: desired === 0 && held > 0,
    message: `Nothing is desired, and all of the ${held} held values would go.`,
  }
}

/** Held, less what goes, and what comes, is what is desired; a plan whose figures do not add up was not made by comparing. */
function counts({ desired, held, add, remove }: GuardFacts): GuardResult {
  return {
    guard: 'figures',
    tripped: held - remove + add !== desired,
    message: `${held} held, less ${remove}, and ${add} more are not the ${desired} that are desired.`,
  }
}
