/** A list of unsigned 32-bit numbers that grows, at four bytes each, and ends in memory that threads can share. */
export class GrowingNumbers {
  #numbers = new Uint32Array(1024)
  length = 0

  push(number: number): void {
    if (this.length === this.#numbers.length) this.#grow()
    this.#numbers[this.length++] = number
  }

  finish(): Uint32Array {
    const shared = sharedNumbers(this.length)
    shared.set(this.#numbers.subarray(0, this.length))
    return shared
  }

  #grow(): void {
    const larger = new Uint32Array(this.#numbers.length * 2)
    larger.set(this.#numbers)
    this.#numbers = larger
  }
}

export function sharedNumbers(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4))
}
