import * as z from 'zod'
import { closingLine, readTestReport } from './test-report.ts'

/** More files than this are counted and not named. */
const namedMax = 2

const Report = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      endTime: z.number(),
      assertionResults: z.array(z.object({ meta: z.optional(z.object({ soaked: z.optional(z.string()) })) })),
    }),
  ),
})

/** A soak as a row of docs/soak.md, from the report of vitest's `json` reporter; and the line that closes it. */
export function soakRow(
  json: string,
  root: string,
  { day, commit, exitCode }: { day: string; commit: string; exitCode: number },
): { row: string; result: string } {
  const run = readTestReport(json, root)
  const { startTime, testResults } = Report.parse(JSON.parse(json))
  const files = [...new Set(run.tests.map((test) => test.path))]
  const named =
    files.length > 0 && files.length <= namedMax ? ` (${files.map((file) => `\`${file}\``).join(', ')})` : ''
  // What tests say of themselves in `task.meta.soaked`, e.g. *200 kills*.
  const sizes = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ meta }) => meta?.soaked ?? []),
  )
  const minutes = Math.round((Math.max(startTime, ...testResults.map(({ endTime }) => endTime)) - startTime) / 60_000)
  const result = `${closingLine(run, exitCode)}, in ${minutes} minutes`
  return { row: `| ${[day, commit, `${files.length}${named}`, sizes.join(', '), result].join(' | ')} |`, result }
}
