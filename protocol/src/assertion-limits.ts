/** What one owner says of one indicator, or of one group. */
export const assertionLimits = {
  tagsMax: 500,
  /** Of a tag, and of a security label. */
  tagCharactersMax: 128,
  /** Security labels. */
  labelsMax: 50,
  /** What batches made more by appending is changed by batches alone. */
  attributesMax: 1000,
  attributeTypeCharactersMax: 200,
  /** Of a value, and of where it is from; the type may permit fewer. */
  attributeValueCharactersMax: 100_000,
} as const
