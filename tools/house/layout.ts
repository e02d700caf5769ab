import { posix } from 'node:path'
import type { SourceFile } from './checkout.ts'

/** Files that tools expect in the root. Folders are not listed here: docs/architecture.md lists them. */
const rootFiles = [
  '.gitignore',
  '.npmrc',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'LICENSE',
  'README.md',
  'knip.json',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]

/** Folders of the root that are not parts of the product. */
const rootFolders = ['.ci']

/** Longest file, in lines. The question *what is its second subject?* comes at 300. */
const linesMax = 500

/** Written by tools, so they are as long as they have to be. */
const generated = [
  'package-lock.json',
  'hub/src/database/schema.sql',
  'hub/src/database/tables.ts',
  'docs/soak.md',
  'docs/operating/limits.md',
]

/** A name that says nothing about what is inside. */
const emptyNames = /^(utils?|helpers?|common|types?|shared|managers?|core|misc)$/

/** Lower-case words and figures joined by hyphens; suffixes such as `.test.ts` after dots. */
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

/** Names that tools or custom demand. */
const customaryNames = /^(README\.md|README\.txt|LICENSE|Dockerfile|\..+)$/

/** The folders of the tree that a document shows: lines such as `hub/   the server` inside a fenced block. */
export function foldersOfTree(document: string): string[] {
  return [...document.matchAll(/^([a-z-]+)\/ {2,}\S/gm)].map((match) => match[1] ?? '')
}

/** The root holds the parts and nothing else. */
export function rootProblems(files: readonly SourceFile[], folders: readonly string[]): string[] {
  const wanted = new Set([...rootFiles, ...rootFolders, ...folders])
  const found = new Set(files.map((file) => file.path.split('/')[0] ?? ''))
  return [
    ...[...found].filter((name) => !wanted.has(name)).map((name) => `${name}: not in the tree of docs/architecture.md`),
    ...[...wanted].filter((name) => !found.has(name)).map((name) => `${name}: in the tree, and not there`),
  ].sort()
}

/** Long files have a second subject. */
export function lengthProblems(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => /\.(ts|tsx|js|mjs|css|sql|sh|py|md|html)$/.test(file.path))
    .filter((file) => !generated.includes(file.path) && !isFixture(file.path))
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
    .filter((file) => file.lines > linesMax)
    .map((file) => `${file.path}: ${file.lines} lines, at most ${linesMax}`)
}

/** Files and folders say what they are, in one spelling. */
export function nameProblems(files: readonly SourceFile[]): string[] {
  const problems = files
    .filter((file) => !isFixture(file.path) && !file.path.startsWith('protocol/examples/'))
    .flatMap((file) => {
      const folders = posix.dirname(file.path).split('/')
      const name = posix.basename(file.path)
      const stem = name.split('.')[0] ?? ''
      return [
        ...folders.filter((folder) => emptyNames.test(folder)).map((folder) => `${folder}/ says nothing: ${file.path}`),
        ...(emptyNames.test(stem) && !isCustomary(file.path) ? [`${stem} says nothing: ${file.path}`] : []),
        ...(kebabCase.test(name) || customaryNames.test(name) ? [] : [`not in kebab-case: ${file.path}`]),
      ]
    })
  return [...new Set(problems)]
}

/** An app's folder is whole: it says what it does, does it, and proves it. */
export function appFolderProblems(files: readonly SourceFile[]): string[] {
  const apps = new Set(files.flatMap((file) => /^apps\/([^/]+)\//.exec(file.path)?.[1] ?? []))
  return [...apps].flatMap((app) => {
    const own = files.map((file) => file.path).filter((path) => path.startsWith(`apps/${app}/`))
    const needed = ['README.md', 'app.ts', 'package.json'].filter((name) => !own.includes(`apps/${app}/${name}`))
    const tests = own.some((path) => path.endsWith('.test.ts')) ? [] : ['a test']
    return [...needed, ...tests].map((missing) => `apps/${app}: lacks ${missing}`)
  })
}

function isFixture(path: string): boolean {
  return path.includes('/fixtures/')
}

/** `types.d.ts` and the like have no place here either; only the customary root names are excused. */
function isCustomary(path: string): boolean {
  return rootFiles.includes(path)
}
