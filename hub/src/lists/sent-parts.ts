import { listLimits } from './list-limits.ts'

/**
 * Bytes that were sent lately: several firewalls fetch the same text, and the same one again. Texts never change, so that what is kept
 * is always right; what was used least lately goes first.
 */
export class SentParts {
  readonly #kept = new Map<string, Buffer>()
  #bytes = 0

  get(key: string): Buffer | undefined {
    const bytes = this.#kept.get(key)
    if (bytes === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, bytes)
    return bytes
  }

  keep(key: string, bytes: Buffer): void {
    this.#forget(key)
    this.#kept.set(key, bytes)
    this.#bytes += bytes.length
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= listLimits.keptBytesMax) break
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.length ?? 0
    this.#kept.delete(key)
  }
}
