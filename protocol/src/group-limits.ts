/** Bounds of what a person says of a group, beside those of an assertion. */
export const groupLimits = {
  nameCharactersMax: 500,
  xidCharactersMax: 500,
  /** Of a status, a subject, a name of a file: of what fits into a line. */
  lineCharactersMax: 1000,
  /** Of a whole mail, or of the rules of a signature. */
  textCharactersMax: 100_000,
  /** Indicators that are associated with a group by one request. */
  associatedMax: 1000,
  /** Of an indicator in any spelling. */
  valueCharactersMax: 16_384,
} as const
