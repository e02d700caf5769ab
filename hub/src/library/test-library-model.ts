/** What a library holds after a sequence of changes, as plain maps: for tests that compare the real one with it. */

export type AttributeMode = 'Append' | 'Replace' | 'Singleton' | 'Static'
export type Modes = { attributes: AttributeMode; tags: 'Append' | 'Replace' }
export type ModelItem = {
  value: string
  rating?: number
  confidence?: number
  status?: 'Active' | 'Review' | 'Indirect'
  active?: boolean
  tags?: string[]
  attributes?: { type: string; value: string }[]
  /** Milliseconds since 1970. */
  expires?: number
}
export type CollisionMode = 'FavorIncoming' | 'FavorExisting' | 'Split'
export type ModelDecision = { status?: 'Active' | 'Whitelisted' | 'Expired'; rating?: number }

export type InForce = { rating: number | null; confidence: number | null; status: string; active: boolean }
type Said = InForce & { expires: number | null; tags: string[]; attributes: string[]; sent: string | null }
type ModelOwner = { said: Map<string, Said>; links: Set<string>; takenBack: Set<string> }

export class LibraryModel {
  readonly owners = new Map<string, ModelOwner>()
  readonly decisions = new Map<string, ModelDecision>()
  /** How often what was deleted. */
  readonly tombstones = new Map<string, number>()
  now: number

  constructor(now: number) {
    this.now = now
  }

  send(owner: string, items: readonly ModelItem[], modes: Modes): void {
    for (const item of items) this.#say(owner, item, modes, JSON.stringify([modes, item]))
  }

  /** One File of hashes, each of another length. */
  sendFile(owner: string, hashes: readonly string[], collision: CollisionMode, tag: string, modes: Modes): void {
    const item = { tags: [tag] }
    const sent = JSON.stringify([modes, item, hashes, collision])
    const isNews = hashes.map((value) => this.#say(owner, { value, ...item }, modes, sent)).includes(true)
    if (isNews) this.#join(this.#of(owner), hashes, collision)
  }

  delete(owner: string, values: readonly string[]): void {
    const { said, links, takenBack } = this.#of(owner)
    for (const value of values) if (said.delete(value)) this.#bury(value)
    for (const pairs of [links, takenBack]) {
      for (const pair of pairs) {
        const ends = pair.split(' ')
        if (!ends.some((end) => values.includes(end))) continue
        pairs.delete(pair)
        for (const end of ends) {
          const left = said.get(end)
          if (left !== undefined) left.sent = null
        }
      }
    }
  }

  remove(owner: string): void {
    for (const value of this.#of(owner).said.keys()) this.#bury(value)
    this.owners.delete(owner)
  }

  /** @returns whether the owner says or said so */
  setTakenBack(owner: string, pair: string, isTakenBack: boolean): boolean {
    const { links, takenBack } = this.#of(owner)
    const [from, to] = isTakenBack ? [links, takenBack] : [takenBack, links]
    if (from.delete(pair)) to.add(pair)
    return to.has(pair)
  }

  /** @returns whether two hashes may be of one file by the owner's word, and are from now on */
  link(owner: string, one: string, other: string): boolean {
    if (this.setTakenBack(owner, pairOf(one, other), false)) return true
    const known = this.#of(owner)
    if (one.length === other.length || ![one, other].every((hash) => known.said.has(hash))) return false
    const file = [...new Set([one, other, ...linkedWith(known, [one, other])])]
    if (new Set(file.map(({ length }) => length)).size < file.length) return false
    linkAll(known, [one, other])
    return true
  }

  isKnown(value: string): boolean {
    return [...this.owners.values()].some(({ said }) => said.has(value))
  }

  inForce(owner: string, value: string): InForce {
    const said = this.#of(owner).said.get(value)
    if (said === undefined) throw new Error(`${owner} says nothing of ${value}`)
    const { rating, confidence, status, active, expires } = said
    const values = { rating, confidence, status, active }
    if (expires !== null && expires <= this.now) Object.assign(values, { status: 'Expired', active: false })
    const decision = this.decisions.get(value)
    if (decision?.rating !== undefined) values.rating = decision.rating
    if (decision?.status !== undefined) values.status = decision.status
    if (decision?.status === 'Active') values.active = true
    if (decision?.status === 'Expired') values.active = false
    return values
  }

  /** @returns whether it says anything new */
  #say(owner: string, item: ModelItem, modes: Modes, sent: string): boolean {
    const { said } = this.#of(owner)
    const before = said.get(item.value)
    if (before?.sent === sent) return false
    said.set(item.value, {
      rating: item.rating ?? before?.rating ?? null,
      confidence: item.confidence ?? before?.confidence ?? null,
      status: item.status ?? before?.status ?? 'Active',
      active: item.active ?? before?.active ?? true,
      expires: item.expires ?? before?.expires ?? null,
      tags: tagsAfter(before?.tags ?? [], item.tags, modes.tags),
      attributes: attributesAfter(before?.attributes, item.attributes, modes.attributes),
      sent,
    })
    return true
  }

  #join(owner: ModelOwner, hashes: readonly string[], collision: CollisionMode): void {
    const isOther = (hash: string) => !hashes.includes(hash)
    const colliding = linkedWith(owner, hashes).filter(
      (other) => isOther(other) && hashes.some((hash) => hash.length === other.length),
    )
    if (colliding.length > 0 && collision === 'Split') return
    if (collision === 'FavorExisting') {
      linkAll(
        owner,
        hashes.filter((hash) => !colliding.some((other) => other.length === hash.length)),
      )
      return
    }
    const file = new Set([...hashes, ...linkedWith(owner, hashes)])
    for (const pair of owner.links) {
      const ends = pair.split(' ')
      if (ends.every((end) => file.has(end)) && ends.some((end) => colliding.includes(end))) owner.links.delete(pair)
    }
    linkAll(owner, hashes)
  }

  #of(owner: string): ModelOwner {
    const found = this.owners.get(owner) ?? { said: new Map(), links: new Set<string>(), takenBack: new Set<string>() }
    this.owners.set(owner, found)
    return found
  }

  #bury(value: string): void {
    this.tombstones.set(value, (this.tombstones.get(value) ?? 0) + 1)
  }
}

export function pairOf(one: string, other: string): string {
  return [one, other].sort().join(' ')
}

function linkedWith({ links }: ModelOwner, hashes: readonly string[]): string[] {
  const found = [...links].flatMap((pair) => {
    const [one = '', other = ''] = pair.split(' ')
    return [...(hashes.includes(one) ? [other] : []), ...(hashes.includes(other) ? [one] : [])]
  })
  return [...new Set(found)]
}

function linkAll(owner: ModelOwner, hashes: readonly string[]): void {
  const others = linkedWith(owner, hashes).filter((other) => !hashes.includes(other))
  const all = [...hashes, ...others]
  const joined = all.filter(
    (hash) => hashes.includes(hash) || all.filter(({ length }) => length === hash.length).length === 1,
  )
  for (const one of joined) {
    for (const other of joined) {
      const pair = pairOf(one, other)
      if (one < other && !owner.takenBack.has(pair)) owner.links.add(pair)
    }
  }
}

function tagsAfter(before: readonly string[], sent: readonly string[] | undefined, mode: Modes['tags']): string[] {
  if (sent === undefined) return [...before]
  return [...new Set(mode === 'Append' ? [...before, ...sent] : sent)].sort()
}

/** As `type=value`. @param before undefined where the owner did not have the item */
function attributesAfter(
  before: readonly string[] | undefined,
  sent: ModelItem['attributes'],
  mode: AttributeMode,
): string[] {
  const incoming = (sent ?? []).map(({ type, value }) => `${type}=${value}`)
  if (before === undefined) return incoming
  if (sent === undefined || mode === 'Static') return [...before]
  if (mode === 'Replace') return incoming
  if (mode === 'Append') return [...before, ...incoming]
  return [...before.filter((each) => !sent.some(({ type }) => each.startsWith(`${type}=`))), ...incoming]
}
