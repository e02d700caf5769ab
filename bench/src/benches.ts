import type { Bench } from './bench.ts'
import { ingestBench } from './ingest/ingest-bench.ts'

/** Every bench there is. */
export const benches: readonly Bench[] = [ingestBench]
