/** Sizes of the library, from the smallest; fewer and smaller ones for a try, whose figures nobody writes down. */
export const sizes = (process.env['POSTERN_BENCH_GROWTH_SIZES'] ?? '100000,1000000,5000000').split(',').map(Number)
