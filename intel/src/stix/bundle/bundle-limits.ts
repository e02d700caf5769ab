/** Bounds of one STIX bundle (S14); its bytes are bounded by `batchBytesMax`. */
export const stixObjectsMax = 100_000
/** Deepest nesting of arrays and objects, counted before the text is parsed. */
export const stixDepthMax = 64
/** Groups, indicators and associations that one bundle may become: what one batch takes. */
export const stixItemsMax = 100_000
