import type { Bench } from '../bench.ts'
import { makeBundleFolder } from './bundle-folder.ts'
import { sayBundleSizes } from './bundle-sizes.ts'
import { measureColdStart } from './cold-start.ts'
import { measureIdleMemory } from './idle-memory.ts'
import { measureIsolatedStart } from './isolated-start.ts'

/** What an environment server costs the machine that it runs on. */
export const footprintBench: Bench = {
  name: 'footprint',
  async measure(rounds, say) {
    await sayBundleSizes(say)
    using bundle = await makeBundleFolder()
    return [
      ...(await measureIdleMemory(rounds, say, bundle)),
      ...(await measureColdStart(rounds, say, bundle)),
      ...(await measureIsolatedStart(rounds, say)),
    ]
  },
}
