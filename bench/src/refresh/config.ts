/** Members of the data collection; fewer for a try, whose figures nobody writes down. */
export const memberCount = Number(process.env['POSTERN_BENCH_REFRESH_MEMBERS'] ?? 500_000)
