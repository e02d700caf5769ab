/** Objects in one STIX bundle (S14); its bytes are bounded by `batchBytesMax`. */
export const stixObjectsMax = 100_000
/** Deepest nesting of arrays and objects, counted before the text is parsed. */
export const stixDepthMax = 64
/**
 * Groups, indicators and associations that the objects of one bundle may become: one object may be several. They are written as one batch,
 * so that this is its bound too (`batchItemsMax`).
 */
export const stixItemsMax = 100_000
/** How often one sighting says that something was seen, at most; the same as for those that come one by one. */
export const sightingCountMax = 1_000_000
