import { connectProof } from '@postern/protocol'

/** Proofs of the last two minutes; a server makes one a connection, and waits between two. */
const proofsMax = 100_000
/** A proof may be so far before or after the hub's clock, so that it is good for twice as long. */
const rememberedMs = 2 * connectProof.lifeSeconds * 1000

/**
 * A proof of the key is good once (S17): whoever sees one, as a proxy that inspects TLS does, cannot use it again in the minute that
 * it would be good for.
 */
export class ProofMemory {
  /** When it was used, in the order of use. */
  readonly #used = new Map<string, number>()

  /** @returns false when it was used before */
  take(serverXid: string, proof: Buffer, now: Date): boolean {
    this.#forget(now.getTime())
    const name = `${serverXid} ${firstHalf(proof)}`
    if (this.#used.has(name)) return false
    this.#used.set(name, now.getTime())
    return true
  }

  #forget(now: number): void {
    for (const [name, usedAt] of this.#used) {
      if (this.#used.size < proofsMax && now - usedAt <= rememberedMs) return
      this.#used.delete(name)
    }
  }
}

/**
 * `r` of an ECDSA signature in DER (RFC 3279, 2.2.3). From a signature (r, s) anyone can make (r, n - s), which is as good; `r` stays,
 * and nobody without the key finds another.
 */
function firstHalf(proof: Buffer): string {
  const length = proof[3] ?? 0
  return proof.subarray(4, 4 + length).toString('hex')
}
