import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the checkout: its path from the root, with `/`, and its text. Rules are functions over these. */
export type SourceFile = { readonly path: string; readonly text: string }

export const checkoutFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Every file that belongs to the project: all but what `.gitignore` names, read when its text is asked for. */
export function checkoutFiles(): SourceFile[] {
  const isIgnored = ignoredBy(readFileSync(join(checkoutFolder, '.gitignore'), 'utf8'))
  return [...walk(checkoutFolder, isIgnored)].map(sourceFile)
}

/** `.gitignore` here holds folder names (`dist/`), endings (`*.tsbuildinfo`) and nothing cleverer. */
export function ignoredBy(gitignore: string): (name: string, isFolder: boolean) => boolean {
  const lines = gitignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const unclear = lines.filter((line) => !/^(\*\.[\w.-]+|[\w.-]+\/)$/.test(line))
  if (unclear.length > 0) throw new Error(`.gitignore: ${unclear.join(', ')} is neither a folder name nor an ending`)
  const folders = new Set(['.git', ...lines.filter((line) => line.endsWith('/')).map((line) => line.slice(0, -1))])
  const endings = lines.filter((line) => line.startsWith('*')).map((line) => line.slice(1))
  return (name, isFolder) => (isFolder ? folders.has(name) : endings.some((ending) => name.endsWith(ending)))
}

function* walk(folder: string, isIgnored: (name: string, isFolder: boolean) => boolean): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // In a worktree .git is a file.
    if (entry.name === '.git' || isIgnored(entry.name, entry.isDirectory())) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path, isIgnored)
    else if (entry.isFile()) yield path
  }
}

function sourceFile(path: string): SourceFile {
  let text: string | undefined
  return {
    path: relative(checkoutFolder, path).replaceAll('\\', '/'),
    get text() {
      return (text ??= readFileSync(path, 'utf8'))
    },
  }
}
