import { featureIds, featureOf, type FeatureDocument, type FeatureRow } from './feature-table.ts'
import type { RanTest, TestRun } from './test-report.ts'

/** What the document itself gets wrong: an id without a row, two rows, a state that is no state, a path to nothing. */
export function documentProblems(document: FeatureDocument, exists: (path: string) => boolean): string[] {
  return [
    ...featureIds.flatMap((id) => {
      const rows = document.rows.filter((row) => row.id === id).length
      return [
        ...(rows === 1 ? [] : [`${id}: ${rows} rows, and there has to be one`]),
        ...(document.described.includes(id) ? [] : [`${id}: nothing says what it is`]),
      ]
    }),
    ...document.rows.flatMap((row) => rowProblems(row, exists)),
  ]
}

/** A row *works* only while a test with its id runs and passes in the file that the row names. */
export function proofProblems(document: FeatureDocument, run: TestRun): string[] {
  return [
    ...document.rows.filter((row) => row.state === 'works').flatMap((row) => unproved(row, run.tests)),
    ...run.tests
      .filter((test) => !featureIds.includes(featureOf(test.title) ?? featureIds[0] ?? ''))
      .map((test) => `${test.path}: there is no feature ${featureOf(test.title)}, which a test's title names`),
  ]
}

/** Where everything can be run (root, CI) a test is skipped only for what cannot be had there, and says for what. */
export function skipProblems(run: TestRun): string[] {
  return run.tests
    .filter(
      (test) => test.outcome === 'skipped' && !/\bneeds (\.\.\/shared\/data|\$[A-Z][A-Z0-9_]*)\b/.test(test.title),
    )
    .map(
      (test) =>
        `${test.path}: skipped, and its title does not say "needs ../shared/data" or "needs $NAME": ${test.title}`,
    )
}

function rowProblems(row: FeatureRow, exists: (path: string) => boolean): string[] {
  if (!featureIds.includes(row.id)) return [`${row.id}: there is no such feature`]
  if (row.state === 'missing') return row.path === '' ? [] : [`${row.id}: what is missing has no proving test`]
  if (row.state !== 'works' && row.state !== 'partly')
    return [`${row.id}: "${row.state}" is not works, partly or missing`]
  if (row.state === 'partly' && row.path === '') return []
  return exists(row.path) ? [] : [`${row.id}: its proving test ${row.path || '(none)'} does not exist`]
}

function unproved(row: FeatureRow, tests: readonly RanTest[]): string[] {
  const own = tests.filter((test) => test.path === row.path && featureOf(test.title) === row.id)
  if (own.some((test) => test.outcome === 'failed')) return [`${row.id}: says works, and a test of it fails`]
  if (own.some((test) => test.outcome === 'passed')) return []
  return [`${row.id}: says works, and no test whose title begins with it ran in ${row.path}`]
}
