import { seededNumbers } from '@postern/simulators'

/** Draws that look random and are the same for the same seed. */
export class SeededDraw {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seededNumbers(seed)
  }

  /** From 0 up to, but not, `below`. */
  integer(below: number): number {
    return Math.floor(this.#next() * below)
  }

  one<Thing>(things: readonly [Thing, ...Thing[]]): Thing {
    // The index is below the length, and there is one thing at least.
    return things[this.integer(things.length)] as Thing
  }
}

/** `POSTERN_TEST_SEED` repeats a run; each failure names its seed. */
export function testSeed(): number {
  const given = process.env['POSTERN_TEST_SEED']
  return given === undefined || given === '' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
