/** Indicators of the long run; fewer for a quick try, whose figures are not written down. A multiple of a batch's items. */
export const longRunIndicators = Number(process.env['POSTERN_BENCH_INGEST_INDICATORS'] ?? 1_000_000)
