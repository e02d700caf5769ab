import type { Bench } from '../bench.ts'
import { measureReading } from './read-pages.ts'
import { startTaxiiUnderTest } from './taxii-under-test.ts'
import { measureWriting } from './write-bundles.ts'

/** The TAXII server, read and written to, against what it stands on. */
export const taxiiBench: Bench = {
  name: 'taxii',
  async measure(rounds, say) {
    await using taxii = await startTaxiiUnderTest()
    say('the hub is up')
    // First, since its rounds begin with empty tables.
    return [...(await measureWriting(rounds, say, taxii)), ...(await measureReading(rounds, say, taxii))]
  },
}
