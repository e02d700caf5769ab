import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose tests start whole systems, browsers or builds, or send thousands of requests: the longest of all, whatever their size. */
const longest = ['/dev/src/', '/bench/', '/app-sdk/', '/environment-server/', '/hub/src/http/fuzz.test.ts']
/** Packages whose tests are of functions and start nothing. */
const short = ['/console/', '/intel/', '/protocol/']

/**
 * Files in the order in which workers take them: those that take longest first, so that none is left for the end, where the
 * other workers would wait for it; short ones last. Inside of each part it is Vitest's order: by the last run's times, or by size.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const isBelow = (folder: string) => moduleId.includes(folder)
  if (short.some(isBelow)) return 2
  return longest.some(isBelow) ? 0 : 1
}
