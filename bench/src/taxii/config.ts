/** Objects of the collection that is read; fewer for a try, whose figures nobody writes down. */
export const objectCount = Number(process.env['POSTERN_BENCH_TAXII_OBJECTS'] ?? 1_000_000)
