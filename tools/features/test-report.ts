import { relative } from 'node:path'
import * as z from 'zod'
import { featureOf } from './feature-table.ts'

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), title: z.optional(z.string()), status: z.string() })),
    }),
  ),
})

/** One test of a run. `title` is its own where that names a feature, else the whole one with those of its groups. */
export type RanTest = {
  readonly path: string
  readonly title: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
}

export type TestRun = {
  readonly tests: readonly RanTest[]
  /** Files that failed outside of a test: they did not load, or their set-up or tear-down failed. */
  readonly brokenFiles: readonly string[]
}

/** Reads the report of vitest's `json` reporter; paths become relative to `root`. */
export function readTestReport(json: string, root: string): TestRun {
  const { testResults } = Report.parse(JSON.parse(json))
  return {
    tests: testResults.flatMap((file) =>
      file.assertionResults.map((test) => ({
        path: relative(root, file.name),
        title: featureOf(test.title ?? '') === undefined ? test.fullName : (test.title ?? test.fullName),
        outcome: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
      })),
    ),
    brokenFiles: testResults
      .filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      .map((file) => relative(root, file.name)),
  }
}

/**
 * The last line of `script/test`. A run can fail without a failed test: a broken file counts as one failure each, and so
 * does an error outside of every file, which only vitest's exit code tells.
 */
export function closingLine(run: TestRun, exitCode: number): string {
  const count = (outcome: RanTest['outcome']) => run.tests.filter((test) => test.outcome === outcome).length
  const counted = count('failed') + run.brokenFiles.length
  const failed = counted === 0 && exitCode !== 0 ? 1 : counted
  return `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`
}
