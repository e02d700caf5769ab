import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleApp } from '../package/bundle-app.ts'
import { manifestOf, programMain } from '../define/manifest.ts'
import { readApp } from '../package/package-app.ts'

/** An app's package as an environment server unpacks it. */
export interface InstalledApp extends AsyncDisposable {
  readonly folder: string
}

/** Builds an app from its source and lays it down as its package would: what tests launch is what users run. */
export async function installApp(sourceFolder: string): Promise<InstalledApp> {
  const { installJson, posternJson } = manifestOf(await readApp(sourceFolder))
  const { code } = await bundleApp(sourceFolder)
  const folder = await mkdtemp(join(tmpdir(), 'postern-app-'))
  await writeFile(join(folder, programMain), code)
  await writeFile(join(folder, 'install.json'), JSON.stringify(installJson))
  await writeFile(join(folder, 'postern.json'), JSON.stringify(posternJson))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
