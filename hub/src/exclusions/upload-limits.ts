/** Bounds of what comes in as an exclusion list (S14). What a list may hold stands in intel/src/exclusions/exclusion-limits.ts. */
export const uploadLimits = {
  /** A list as MISP publishes it, or all entries of one's own: a million entries are some 30 MB. */
  bodyBytesMax: 100_000_000,
  /** Lists on their way into a hub; asked before a body is read, and one more is told to come again. */
  uploadsMax: 16,
  /** Bytes of all these. */
  uploadBytesMax: 200_000_000,
  /** Large lists that a hub reads at the same time; others wait for their turn. */
  readsMax: 2,
  /** JSON above this is read in a thread of its own, so that a large list stalls no other request. */
  readHereBytesMax: 200_000,
  /** Heap of that thread. */
  heapMegabytesMax: 1_500,
  /** Refused entries that the answer names. */
  refusedShownMax: 1_000,
  /** Characters of a note beside an entry that are kept. */
  noteCharactersMax: 1_000,
} as const
