import type { Bench } from '../bench.ts'
import { measurePickUp } from './pick-up.ts'
import { measureRoundTrip } from './round-trip.ts'
import { measureRunNow } from './run-now.ts'
import { measureSdkImport } from './sdk-import.ts'
import { startSystemUnderTest } from './system-under-test.ts'

/** From the wish to run a job to the app's first line, and the parts of that way. */
export const dispatchBench: Bench = {
  name: 'dispatch',
  async measure(rounds, say) {
    await using system = await startSystemUnderTest()
    say('the system is up')
    // First, since the others need an execution that has been.
    const runNow = await measureRunNow(rounds, say, system)
    return [
      ...runNow,
      ...(await measureSdkImport(rounds, say, system)),
      ...(await measurePickUp(rounds, say, system)),
      ...(await measureRoundTrip(rounds, say, system)),
    ]
  },
}
