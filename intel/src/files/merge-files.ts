/**
 * What a batch does to the files that its hashes belong to (D2): each hash is an indicator of its own, and `Same File` links
 * that an owner asserts say which belong together. The modes are ThreatConnect's (batch API, `fileMergeMode`, `hashCollisionMode`).
 *
 * A *file* of a hash is the hash and those that it is linked with. An item *collides* where a file of one of its hashes has another
 * hash of a kind that the item names itself: the same MD5 with two different SHA-256.
 */
export type FileModes = {
  /** Merge joins the files that an item names hashes of. Distribute leaves files apart that were there before. */
  merge: 'Merge' | 'Distribute'
  /**
   * FavorIncoming: the item is right, and the other hash is linked no more. FavorExisting: the links stay, and the item's colliding hash
   * is not linked. IgnoreIncoming: nothing of the item is written. IgnoreExisting: its hashes that are in a colliding file are not
   * written. Split: the hashes are written, and no link is made or taken.
   */
  collision: 'FavorIncoming' | 'FavorExisting' | 'IgnoreIncoming' | 'IgnoreExisting' | 'Split'
}

/** MD5, SHA-1 and SHA-256, by their lengths. */
export type FileHash = { id: string; kind: number }
export type FileItem = { position: number; hashes: readonly FileHash[] }
export type FileLink = { one: FileHash; other: FileHash; isTakenBack: boolean }

export type FilePlan = {
  /** Pairs of ids, the smaller first. */
  linked: (readonly [string, string])[]
  unlinked: (readonly [string, string])[]
  /** Ids that an item named and that are not to be written for it. */
  withheld: Map<number, ReadonlySet<string>>
  /** Items of which a link was not made since the owner's files say otherwise. */
  apart: Set<number>
}

/**
 * Plans the items one after the other.
 * @param links all links of the items' hashes, and all links of the hashes at their other ends
 * @param isKnown whether the owner had the hash before the batch
 */
export function planFiles(
  items: readonly FileItem[],
  links: readonly FileLink[],
  isKnown: (id: string) => boolean,
  modes: FileModes,
): FilePlan {
  const files = new Files(links)
  const plan: Pick<FilePlan, 'withheld' | 'apart'> = { withheld: new Map(), apart: new Set() }
  for (const item of items) planItem(item, files, isKnown, modes, plan)
  return { ...plan, ...files.changes() }
}

function planItem(
  { position, hashes }: FileItem,
  files: Files,
  isKnown: (id: string) => boolean,
  modes: FileModes,
  { withheld, apart }: Pick<FilePlan, 'withheld' | 'apart'>,
): void {
  if (modes.merge === 'Distribute' && files.countOf(hashes, isKnown) > 1) return
  const collisions = files.collisions(hashes)
  if (collisions.length === 0) return files.join(hashes)
  switch (modes.collision) {
    case 'Split':
      return
    case 'IgnoreIncoming':
      withheld.set(position, new Set(hashes.map(({ id }) => id)))
      return
    case 'IgnoreExisting': {
      const inOthers = new Set(collisions.map(({ of }) => of))
      withheld.set(position, inOthers)
      return files.join(hashes.filter(({ id }) => !inOthers.has(id)))
    }
    case 'FavorExisting': {
      const kinds = new Set(collisions.map(({ met }) => met.kind))
      apart.add(position)
      return files.join(hashes.filter(({ kind }) => !kinds.has(kind)))
    }
    case 'FavorIncoming':
      for (const { met } of collisions) files.leave(met, hashes)
      return files.join(hashes)
  }
}

/** Links as they are while items are planned, and which of them changed. */
class Files {
  readonly #linked = new Map<string, Map<string, FileHash>>()
  readonly #takenBack = new Set<string>()
  readonly #before = new Set<string>()
  readonly #now = new Set<string>()

  constructor(links: readonly FileLink[]) {
    for (const { one, other, isTakenBack } of links) {
      const key = keyOf(one.id, other.id)
      if (isTakenBack) {
        this.#takenBack.add(key)
        continue
      }
      this.#before.add(key)
      this.#link(one, other)
    }
  }

  /** How many files that were there before the hashes belong to. */
  countOf(hashes: readonly FileHash[], isKnown: (id: string) => boolean): number {
    const counted = new Set<string>()
    let count = 0
    for (const { id } of hashes) {
      const linked = this.#linked.get(id)
      if (counted.has(id) || (linked === undefined && !isKnown(id))) continue
      count += 1
      for (const other of linked?.keys() ?? []) counted.add(other)
    }
    return count
  }

  /** Hashes that one of these is linked with, though another one of these is of their kind; `of` is the one that is linked. */
  collisions(hashes: readonly FileHash[]): { of: string; met: FileHash }[] {
    const named = new Set(hashes.map(({ id }) => id))
    const kinds = new Set(hashes.map(({ kind }) => kind))
    return hashes.flatMap(({ id }) =>
      [...(this.#linked.get(id)?.values() ?? [])]
        .filter((met) => !named.has(met.id) && kinds.has(met.kind))
        .map((met) => ({ of: id, met })),
    )
  }

  /** Links these with each other and with what they are linked with, one of a kind. */
  join(hashes: readonly FileHash[]): void {
    const all = new Map(hashes.map((hash) => [hash.id, hash]))
    for (const { id } of hashes) for (const [other, hash] of this.#linked.get(id) ?? []) all.set(other, hash)
    const named = new Set(hashes.map(({ id }) => id))
    const countOfKind = new Map<number, number>()
    for (const { kind } of all.values()) countOfKind.set(kind, (countOfKind.get(kind) ?? 0) + 1)
    const joined = [...all.values()].filter(({ id, kind }) => named.has(id) || countOfKind.get(kind) === 1)
    for (const [index, one] of joined.entries()) for (const other of joined.slice(index + 1)) this.#link(one, other)
  }

  /** Takes a hash out of the file of these. */
  leave(hash: FileHash, hashes: readonly FileHash[]): void {
    const inFile = new Set(hashes.flatMap(({ id }) => [id, ...(this.#linked.get(id)?.keys() ?? [])]))
    for (const other of this.#linked.get(hash.id)?.keys() ?? []) if (inFile.has(other)) this.#unlink(hash.id, other)
  }

  changes(): Pick<FilePlan, 'linked' | 'unlinked'> {
    return {
      linked: [...this.#now].filter((key) => !this.#before.has(key)).map(pairOf),
      unlinked: [...this.#before].filter((key) => !this.#now.has(key)).map(pairOf),
    }
  }

  #link(one: FileHash, other: FileHash): void {
    const key = keyOf(one.id, other.id)
    if (one.id === other.id || this.#takenBack.has(key)) return
    this.#now.add(key)
    this.#of(one.id).set(other.id, other)
    this.#of(other.id).set(one.id, one)
  }

  #unlink(one: string, other: string): void {
    this.#now.delete(keyOf(one, other))
    this.#linked.get(one)?.delete(other)
    this.#linked.get(other)?.delete(one)
  }

  #of(id: string): Map<string, FileHash> {
    const linked = this.#linked.get(id) ?? new Map<string, FileHash>()
    this.#linked.set(id, linked)
    return linked
  }
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`
}

function pairOf(key: string): readonly [string, string] {
  const [one = '', other = ''] = key.split(' ')
  return [one, other]
}
