import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { measured } from '../../environment-server/src/requirements/measured.ts'
import type { Setting } from '../../environment-server/src/settings/setting.ts'
import { settingsTable } from '../../environment-server/src/settings/settings-table.ts'
import { HubEnvironment } from '../../hub/src/config.ts'
import { checkoutFiles, checkoutFolder, type SourceFile } from '../house/checkout.ts'
import { configurationDoc } from './configuration-doc.ts'
import { limitGroups } from './limit-constants.ts'
import { limitsDoc, type LimitFile } from './limits-doc.ts'
import { requirementsDoc } from './requirements-doc.ts'
import { serverSettingsDoc } from './server-settings-doc.ts'

/** Every document that is written from code, by its path. */
export async function generatedDocuments(): Promise<Record<string, string>> {
  const files = checkoutFiles()
  return {
    'docs/operating/configuration.md': configurationDoc(HubEnvironment),
    'docs/operating/limits.md': limitsDoc(await limitFiles(files)),
    'docs/operating/requirements.md': requirementsDoc(measured),
    'docs/operating/environment-server-settings.md': serverSettingsDoc(settingsTable, (setting) =>
      proofOf(setting, files),
    ),
  }
}

/** The first test whose title begins as the setting says; a setting that names one which is not there is a mistake. */
function proofOf(
  { name, provedBy }: Setting,
  files: readonly SourceFile[],
): { path: string; title: string } | undefined {
  if (provedBy === undefined) return undefined
  for (const { path, text } of files) {
    if (!path.endsWith('.test.ts')) continue
    const at = [`'`, `"`, '`'].map((quote) => text.indexOf(`${quote}${provedBy}`)).find((index) => index >= 0)
    if (at === undefined) continue
    const quote = text.charAt(at)
    return { path, title: text.slice(at + 1, text.indexOf(quote, at + 1)) }
  }
  throw new Error(`the setting ${name} is said to be proved by "${provedBy}", and no test begins so`)
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
