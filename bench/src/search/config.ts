/** Indicators that are searched among; fewer for a try, whose figures nobody writes down. */
export const indicatorCount = Number(process.env['POSTERN_BENCH_SEARCH_INDICATORS'] ?? 2_000_000)
