/**
 * Hashes of a text's ends, from its last character to its first, so that one pass gives those of all domains above a host. `seed` is
 * drawn anew for each table: nobody can choose texts that meet.
 */
export function hashOnward(hash: number, code: number): number {
  const mixed = Math.imul(hash ^ code, 0x5bd1e995)
  return mixed ^ (mixed >>> 15)
}

export function hashOf(text: string, seed: number): number {
  let hash = seed
  for (let index = text.length - 1; index >= 0; index--) hash = hashOnward(hash, text.charCodeAt(index))
  return hash >>> 0
}

/** Keys of domains lie apart from those of whole texts: a list of a million names must not be looked at for what is below them. */
export function domainHash(hash: number): number {
  return hashOnward(hash, 0x1_0000) >>> 0
}
