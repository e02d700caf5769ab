/** Longest query, in UTF-16 units. */
export const tqlTextLengthMax = 1_048_576
/** Deepest nesting of parentheses, `has…()` and `not`. */
export const tqlDepthMax = 32
/** Most items in one IN list. TcEx apps send 500. */
export const tqlListItemsMax = 10_000
/** Most comparisons in one query. */
export const tqlComparisonsMax = 1_000
