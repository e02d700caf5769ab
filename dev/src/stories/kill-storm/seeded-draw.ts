/** Numbers that look random and are the same for the same seed (mulberry32). */
export class SeededDraw {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, but not, `below`. */
  integer(below: number): number {
    return Math.floor(this.#next() * below)
  }

  one<Thing>(things: readonly [Thing, ...Thing[]]): Thing {
    // The index is below the length, and there is one thing at least.
    return things[this.integer(things.length)] as Thing
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `POSTERN_TEST_SEED` repeats a run; each failure names its seed. */
export function testSeed(): number {
  const given = process.env['POSTERN_TEST_SEED']
  return given === undefined || given === '' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
