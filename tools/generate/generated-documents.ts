import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HubEnvironment } from '../../hub/src/config.ts'
import { checkoutFiles, checkoutFolder, type SourceFile } from '../house/checkout.ts'
import { configurationDoc } from './configuration-doc.ts'
import { limitGroups } from './limit-constants.ts'
import { limitsDoc, type LimitFile } from './limits-doc.ts'

/** Every document that is written from code, by its path. */
export async function generatedDocuments(): Promise<Record<string, string>> {
  return {
    'docs/operating/configuration.md': configurationDoc(HubEnvironment),
    'docs/operating/limits.md': limitsDoc(await limitFiles(checkoutFiles())),
  }
}

async function limitFiles(files: readonly SourceFile[]): Promise<LimitFile[]> {
  const sources = files
    .filter((file) => /^(apps\/)?[a-z-]+\/(src\/)?([a-z-]+\/)*([a-z-]+-)?limits\.ts$/.test(file.path))
    .filter((file) => !file.path.startsWith('tools/'))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1))
  return Promise.all(sources.map(limitFile))
}

async function limitFile(file: SourceFile): Promise<LimitFile> {
  const address = pathToFileURL(join(checkoutFolder, file.path)).href
  const module = (await import(/* @vite-ignore */ address)) as Record<string, unknown>
  return { path: file.path, groups: limitGroups(file.text, module) }
}
