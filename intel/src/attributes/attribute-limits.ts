/** Bounds of attributes and their types (S14). */
export const attributeLimits = {
  /** Attribute types of an organization. A batch that names more writes its attributes, and their types stay unregistered. */
  typesMax: 2_000,
  /** Characters of a type's name; longer ones stay unregistered. */
  nameLengthMax: 200,
  /** Characters of any value; a type without rules permits as many. */
  valueLengthMax: 100_000,
  /** Instructions of a compiled pattern: what bounds its time a character. */
  patternSizeMax: 5_000,
} as const
