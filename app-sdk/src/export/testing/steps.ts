/**
 * What a run waits for outside itself: the hub is asked, and has done it; the control is listed, and listed to its end; it is written
 * to, and has done one more of what it was asked.
 */
export const stepNames = [
  'read collection',
  'read values',
  'read receipts',
  'read plan',
  'create plan',
  'plan created',
  'set plan state',
  'plan state set',
  'write receipt',
  'receipt written',
  'list control',
  'control listed',
  'write to control',
  'one value done',
] as const
export type StepName = (typeof stepNames)[number]

/** Counts a run's steps, and lets it die at one of them as `kill -9` would: nothing after it happens. */
export class Steps {
  #dieAt = Number.POSITIVE_INFINITY
  #died = Promise.withResolvers<'killed'>()
  /** How many the newest run has come to. */
  taken = 0
  /** Where the newest run died. */
  diedAt: StepName | undefined

  /** A run begins; it dies at its step of this number, from 0, and without one it lives. */
  begin(dieAt: number | undefined): void {
    this.taken = 0
    this.diedAt = undefined
    this.#dieAt = dieAt ?? Number.POSITIVE_INFINITY
    this.#died = Promise.withResolvers()
  }

  get died(): Promise<'killed'> {
    return this.#died.promise
  }

  /** Never comes back to a process that died. */
  async next(name: StepName): Promise<void> {
    const step = this.taken
    this.taken += 1
    if (step < this.#dieAt) return
    this.diedAt ??= name
    this.#died.resolve('killed')
    await new Promise<never>(() => {})
  }
}
