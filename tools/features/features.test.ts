import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkoutFolder } from '../house/checkout.ts'
import { documentProblems, proofProblems, skipProblems } from './feature-problems.ts'
import { featureIds, featureOf, readFeatureDocument, tableHeader } from './feature-table.ts'
import { soakRow } from './soak-row.ts'
import { closingLine, readTestReport, type TestRun } from './test-report.ts'

test('docs/features.md has a row and a description for every feature, and points at tests that exist', () => {
  const document = readFeatureDocument(readFileSync(join(checkoutFolder, 'docs/features.md'), 'utf8'))
  expect(document.rows.map((row) => row.id)).toEqual(featureIds)
  expect(documentProblems(document, (path) => existsSync(join(checkoutFolder, path)))).toEqual([])
})

test.each([
  ['| ES-1 | works | hub/absent.test.ts |', 'ES-1: its proving test hub/absent.test.ts does not exist'],
  ['| ES-1 | works | – |', 'ES-1: its proving test (none) does not exist'],
  ['| ES-1 | done | hub/a.test.ts |', 'ES-1: "done" is not works, partly or missing'],
  ['| ES-1 | missing | hub/a.test.ts |', 'ES-1: what is missing has no proving test'],
  ['| ES-99 | works | hub/a.test.ts |', 'ES-99: there is no such feature'],
  ['', 'ES-1: 0 rows, and there has to be one'],
  ['| ES-1 | missing | – |\n| ES-1 | missing | – |', 'ES-1: 2 rows, and there has to be one'],
])('canary: the document %j is wrong', (rows, problem) => {
  const problems = documentProblems(document(rows), (path) => path === 'hub/a.test.ts')
  expect(problems).toContain(problem)
})

test('a header that others could not read is refused', () => {
  expect(() => readFeatureDocument('| id | state | test |\n| --- | --- | --- |\n')).toThrow(tableHeader)
})

test('a row works while a test with its id passes in the file that it names', () => {
  const works = document('| ES-1 | works | hub/a.test.ts |')
  expect(proofProblems(works, run('hub/a.test.ts', 'ES-1: it is so', 'passed'))).toEqual([])
})

test.each([
  ['skipped', 'hub/a.test.ts', 'ES-1: it is so', 'skipped', 'no test whose title begins with it ran'],
  ['failed', 'hub/a.test.ts', 'ES-1: it is so', 'failed', 'a test of it fails'],
  ['elsewhere', 'hub/b.test.ts', 'ES-1: it is so', 'passed', 'no test whose title begins with it ran'],
  ['another', 'hub/a.test.ts', 'ES-10: it is so', 'passed', 'no test whose title begins with it ran'],
  ['not at the beginning', 'hub/a.test.ts', 'as ES-1 demands', 'passed', 'no test whose title begins with it ran'],
] as const)(
  'canary: a row that says works is not proved by a test that is %s',
  (_why, path, title, outcome, problem) => {
    const works = document('| ES-1 | works | hub/a.test.ts |')
    expect(proofProblems(works, run(path, title, outcome))).toEqual([expect.stringContaining(problem)])
  },
)

test('canary: a title that names a feature which does not exist is told', () => {
  expect(proofProblems(document(''), run('hub/a.test.ts', 'ES-290: it is so', 'passed'))).toEqual([
    "hub/a.test.ts: there is no feature ES-290, which a test's title names",
  ])
  expect(featureOf('UTF-8: bytes are read')).toBeUndefined()
})

test('canary: a skipped test must say what it needs', () => {
  expect(skipProblems(run('a.test.ts', 'it is so', 'skipped'))).toHaveLength(1)
  expect(skipProblems(run('a.test.ts', 'it is so (needs ../shared/data)', 'skipped'))).toEqual([])
  expect(skipProblems(run('a.test.ts', 'it is so (needs $POSTERN_AED_DIR)', 'skipped'))).toEqual([])
})

test('a report of vitest is read, with what failed outside of tests', () => {
  const read = readTestReport(
    JSON.stringify({
      testResults: [
        file('/x/hub/a.test.ts', 'failed', ['passed', 'failed', 'todo']),
        file('/x/hub/unloadable.test.ts', 'failed', []),
        file('/x/hub/tear-down.test.ts', 'failed', ['passed']),
        file('/x/hub/b.test.ts', 'passed', ['skipped']),
      ],
    }),
    '/x',
  )
  expect(read.tests.map((each) => each.outcome)).toEqual(['passed', 'failed', 'skipped', 'passed', 'skipped'])
  expect(read.tests[0]?.path).toBe('hub/a.test.ts')
  expect(read.brokenFiles).toEqual(['hub/unloadable.test.ts', 'hub/tear-down.test.ts'])
  expect(closingLine(read, 1)).toBe('2 passed, 3 failed, 2 skipped')
})

test('an error outside of every file is counted, since only the exit code tells it', () => {
  expect(closingLine(run('a.test.ts', 'it is so', 'passed'), 0)).toBe('1 passed, 0 failed, 0 skipped')
  expect(closingLine(run('a.test.ts', 'it is so', 'passed'), 1)).toBe('1 passed, 1 failed, 0 skipped')
})

test('a soak is written down with its few files, what it was made of, how long it took, and how it ended', () => {
  const json = JSON.stringify({
    startTime: 1_000,
    testResults: [
      {
        ...file('/x/dev/storm.test.ts', 'passed', []),
        endTime: 11 * 60_000,
        assertionResults: [
          { fullName: 'a', status: 'passed', meta: { soaked: '200 kills' } },
          { fullName: 'b', status: 'failed', meta: {} },
        ],
      },
    ],
  })
  expect(soakRow(json, '/x', { day: '2027-01-01', commit: 'abc', exitCode: 1 })).toEqual({
    row: '| 2027-01-01 | abc | 1 (`dev/storm.test.ts`) | 200 kills | 1 passed, 1 failed, 0 skipped, in 11 minutes |',
    result: '1 passed, 1 failed, 0 skipped, in 11 minutes',
  })
})

function document(rows: string) {
  return readFeatureDocument(`${tableHeader}\n| --- | --- | --- |\n${rows}\n\n- **ES-1** Environments\n`)
}

function run(path: string, title: string, outcome: 'passed' | 'failed' | 'skipped'): TestRun {
  return { tests: [{ path, title, outcome }], brokenFiles: [] }
}

function file(name: string, status: string, outcomes: string[]) {
  return {
    name,
    status,
    message: '',
    assertionResults: outcomes.map((outcome) => ({ fullName: 'a', status: outcome })),
  }
}
