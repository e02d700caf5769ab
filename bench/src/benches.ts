import type { Bench } from './bench.ts'
import { dispatchBench } from './dispatch/dispatch-bench.ts'
import { excludeBench } from './exclude/exclude-bench.ts'
import { fleetBench } from './fleet/fleet-bench.ts'
import { footprintBench } from './footprint/footprint-bench.ts'
import { growthBench } from './growth/growth-bench.ts'
import { ingestBench } from './ingest/ingest-bench.ts'
import { jobsBench } from './jobs/jobs-bench.ts'
import { listsBench } from './lists/lists-bench.ts'
import { refreshBench } from './refresh/refresh-bench.ts'
import { searchBench } from './search/search-bench.ts'
import { stixBench } from './stix/stix-bench.ts'
import { taxiiBench } from './taxii/taxii-bench.ts'

/** Every bench there is. */
export const benches: readonly Bench[] = [
  dispatchBench,
  excludeBench,
  fleetBench,
  footprintBench,
  growthBench,
  ingestBench,
  jobsBench,
  listsBench,
  refreshBench,
  searchBench,
  stixBench,
  taxiiBench,
]
