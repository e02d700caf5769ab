/** Bounds of exclusion lists (S14). Those of an organization hold over all its lists together. */
export const exclusionLimits = {
  /** Lists of an organization. */
  listsMax: 200,
  /** Entries of one list. */
  listEntriesMax: 1_000_000,
  /** Entries of an organization: each costs about 40 bytes of memory beside its own text, once a hub process. */
  entriesMax: 2_000_000,
  /** Characters of all entries of an organization. */
  charactersMax: 100_000_000,
  /** Characters of one entry. */
  entryLengthMax: 2_000,
  /** Entries with a `*` of an organization, other than `*.` before a domain. */
  wildcardsMax: 10_000,
  /** Characters of an entry that is looked for inside values: one with a `*`, or of kind `substring`. */
  literalLengthMax: 500,
  /** Entries of an organization's lists of kind `substring`. */
  partsMax: 100_000,
  /** Characters in a row that a wildcard or a part needs: fewer are found in nearly every value. */
  literalLengthMin: 3,
  /** Entries of an organization's lists of kind `regex`. */
  expressionsMax: 200,
  /** Characters of an expression. */
  expressionLengthMax: 1_000,
  /** Instructions of a compiled expression. With the number of expressions they bound the time that one character of a value takes. */
  expressionSizeMax: 300,
} as const
