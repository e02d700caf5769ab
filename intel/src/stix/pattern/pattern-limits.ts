/** Bounds of one STIX pattern (S14), in UTF-16 units, comparisons, and brackets within brackets. */
export const stixPatternLengthMax = 10_240
export const stixPatternComparisonsMax = 100
export const stixPatternDepthMax = 16
