import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 20
const pollMsMax = 100
/** A look that takes long, such as a call of a hub, works the processors that do what is waited for: of ten parts of the time, one. */
const pausePerLook = 9

/** For what must come: a machine that is busy with something else is no reason to fail, and what hangs ends. */
export const patienceMs = 120_000

/**
 * Waits for a condition, with a deadline and a word on what was awaited. Returns what the condition gave.
 * @param patienceOfThis for what is many things one after another, each of which may take its time
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  what: string,
  context: () => string = () => '',
  patienceOfThis = patienceMs,
): Promise<Exclude<Value, false | null | undefined | 0 | ''>> {
  const end = Date.now() + patienceOfThis
  for (;;) {
    const lookedAt = performance.now()
    const value = await condition()
    // Truthy values are what Exclude leaves; the compiler cannot see it.
    if (value) return value as Exclude<Value, false | null | undefined | 0 | ''>
    if (Date.now() > end) throw new Error(`waited ${patienceOfThis / 1000} s in vain for ${what}\n${context()}`)
    const lookMs = performance.now() - lookedAt
    await delay(Math.min(Math.max(pollMs, pausePerLook * lookMs), pollMsMax))
  }
}
