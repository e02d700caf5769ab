/** Values of a round; fewer for a quick try, whose figures are not written down. */
export const valueCount = Number(process.env['POSTERN_BENCH_EXCLUDE_VALUES'] ?? 1_000_000)
