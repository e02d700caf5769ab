import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose tests start whole systems, browsers or builds: the longest of all, whatever their size. */
const longest = ['/dev/src/', '/bench/', '/app-sdk/', '/environment-server/']

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

function rankOf({ moduleId, project }: TestSpecification): number {
  if (project.name === 'functions') return 2
  return longest.some((folder) => moduleId.includes(folder)) ? 0 : 1
}
