import type { ConfiguredCollection } from './aed-api.ts'

/** What an AED holds at most: in one collection, and in all of them together (training notes of the vendor; AED-6). */
export const caps = { perCollection: 500_000, inAll: 3_000_000 } as const

/** How many values the titled collection may hold: its own cap, or what the others leave of the appliance's. */
export function roomOf(collections: readonly ConfiguredCollection[], title: string): number {
  const others = collections.filter((collection) => collection.title !== title)
  const heldElsewhere = others.reduce((sum, { indicators }) => sum + (indicators ?? 0), 0)
  return Math.max(0, Math.min(caps.perCollection, caps.inAll - heldElsewhere))
}
