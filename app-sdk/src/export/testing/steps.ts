/** Counts what a run waits for outside itself, and lets it die at one of these moments as `kill -9` would: nothing after it happens. */
export class Steps {
  #left = Number.POSITIVE_INFINITY
  #died = Promise.withResolvers<'killed'>()

  /** From now on the run dies at its step of this number, from 0; without one it lives. */
  dieAt(step: number | undefined): void {
    this.#left = step ?? Number.POSITIVE_INFINITY
    this.#died = Promise.withResolvers()
  }

  get died(): Promise<'killed'> {
    return this.#died.promise
  }

  /** Never comes back to a process that died. */
  async next(): Promise<void> {
    if (this.#left > 0) {
      this.#left -= 1
      return
    }
    this.#died.resolve('killed')
    await new Promise<never>(() => {})
  }
}
