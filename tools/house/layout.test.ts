import { expect, test } from 'vitest'
import { checkoutFiles, ignoredBy, type SourceFile } from './checkout.ts'
import { appFolderProblems, foldersOfTree, lengthProblems, nameProblems, rootProblems } from './layout.ts'

const files = checkoutFiles()

test('the root is the tree that architecture.md shows', () => {
  expect(rootProblems(files, foldersOfTree(textOf('docs/architecture.md')))).toEqual([])
})

test('the README shows the same tree', () => {
  expect(foldersOfTree(textOf('README.md'))).toEqual(foldersOfTree(textOf('docs/architecture.md')))
})

test('no file is so long that it has a second subject', () => {
  expect(lengthProblems(files)).toEqual([])
})

test('files and folders are named for what they hold, in kebab-case', () => {
  expect(nameProblems(files)).toEqual([])
})

test('every app says what it does, does it, and proves it', () => {
  expect(appFolderProblems(files)).toEqual([])
})

test('canary: an unknown root entry and a missing part are named', () => {
  const problems = rootProblems(tree('README.md', 'hub/a.ts', 'scratch/b.ts', 'notes.md'), ['hub', 'cli'])
  expect(problems).toContain('scratch: not in the tree of docs/architecture.md')
  expect(problems).toContain('notes.md: not in the tree of docs/architecture.md')
  expect(problems).toContain('cli: in the tree, and not there')
  expect(problems).not.toContain('hub: in the tree, and not there')
})

test('the tree is read from a document', () => {
  expect(foldersOfTree('```\nhub/       the server\napp-sdk/   what authors import\n```\nhub/ is a part')).toEqual([
    'hub',
    'app-sdk',
  ])
})

test('canary: a file of 501 lines is named, one of 500 and a generated one are not', () => {
  const long = (lines: number) => 'a\n'.repeat(lines)
  expect(
    lengthProblems([
      { path: 'hub/src/a.ts', text: long(501) },
      { path: 'hub/src/b.ts', text: long(500) },
      { path: 'hub/src/database/tables.ts', text: long(900) },
    ]),
  ).toEqual(['hub/src/a.ts: 501 lines, at most 500'])
})

test('canary: names that say nothing, or are spelt otherwise, are named', () => {
  expect(
    nameProblems(tree('hub/src/utils/a.ts', 'hub/src/helpers.ts', 'hub/src/JobStore.ts', 'hub/src/job_store.ts')),
  ).toEqual([
    'utils/ says nothing: hub/src/utils/a.ts',
    'helpers says nothing: hub/src/helpers.ts',
    'not in kebab-case: hub/src/JobStore.ts',
    'not in kebab-case: hub/src/job_store.ts',
  ])
  expect(nameProblems(tree('hub/src/job-store.test.ts', 'hub/migrations/0001-access.sql', 'README.md'))).toEqual([])
})

test('canary: an app without readme and tests is named', () => {
  expect(appFolderProblems(tree('apps/a/app.ts', 'apps/a/package.json'))).toEqual([
    'apps/a: lacks README.md',
    'apps/a: lacks a test',
  ])
})

test('what .gitignore names is no part of the project; an entry cleverer than that is refused', () => {
  const isIgnored = ignoredBy('dist/\n*.tsbuildinfo\n')
  expect([isIgnored('dist', true), isIgnored('dist', false), isIgnored('a.tsbuildinfo', false)]).toEqual([
    true,
    false,
    true,
  ])
  expect(() => ignoredBy('/hub/**/x')).toThrow('neither a folder name nor an ending')
})

function tree(...paths: string[]): SourceFile[] {
  return paths.map((path) => ({ path, text: '' }))
}

function textOf(path: string): string {
  const file = files.find((each) => each.path === path)
  if (file === undefined) throw new Error(`${path} is missing`)
  return file.text
}
