import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '../define/app.ts'
import { manifestOf, programMain } from '../define/manifest.ts'
import type { Manifest } from '../define/manifest.ts'
import { bundleApp } from './bundle-app.ts'
import { zip } from './zip.ts'

/** A package, ready to be signed and installed. */
export interface PackagedApp {
  /** The `.tcx` file: a zip with one folder at its top, `programName`. */
  readonly file: Buffer
  readonly sha256: string
  readonly programName: string
  readonly manifest: Manifest
}

/**
 * Packages an app's folder (D13): `app.ts` with the SDK as one file, `install.json` and `postern.json` made from the
 * definition, the README, and the licences of what is inside. The same input gives the same SHA-256 on every machine.
 * @param folder holds `app.ts`, whose default export is the definition, and `README.md`.
 * @throws Error that says what is missing or wrong.
 */
export async function packageApp(folder: string): Promise<PackagedApp> {
  const appFolder = resolve(folder)
  const manifest = manifestOf(await readApp(appFolder))
  const readme = join(appFolder, 'README.md')
  if (!existsSync(readme)) throw new Error(`${readme} is missing: a package says what it brings in and what it needs`)
  const bundle = await bundleApp(appFolder)
  const inside = (name: string) => `${manifest.programName}/${name}`
  const file = await zip([
    [inside('install.json'), json(manifest.installJson)],
    [inside('postern.json'), json(manifest.posternJson)],
    [inside('README.md'), await readFile(readme)],
    [inside('third-party.txt'), Buffer.from(await licencesOf(bundle.thirdParty))],
    [inside(programMain), bundle.code],
  ])
  return { file, sha256: createHash('sha256').update(file).digest('hex'), programName: manifest.programName, manifest }
}

/** The definition that a folder's `app.ts` exports. */
export async function readApp(appFolder: string): Promise<App> {
  const path = join(resolve(appFolder), 'app.ts')
  if (!existsSync(path)) throw new Error(`${path} is missing: an app's definition is its default export`)
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  const definition = module.default
  if (
    typeof definition !== 'object' ||
    definition === null ||
    !('kind' in definition) ||
    !('parameters' in definition)
  ) {
    throw new Error(
      `${path} must export what defineFeed, defineExport, defineAlerts or defineAction gives as its default`,
    )
  }
  // The two fields are only there together in what the define functions give; the manifest checks the rest.
  return definition as App
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
}

async function licencesOf(packages: ReadonlyMap<string, string>): Promise<string> {
  const texts: string[] = []
  for (const [name, folder] of [...packages].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file))
    const text = licence === undefined ? 'See its package.' : await readFile(join(folder, licence), 'utf8')
    texts.push(`${name}\n${'-'.repeat(name.length)}\n${text.trim()}\n`)
  }
  return `Inside ${programMain}:\n\n${texts.join('\n')}`
}
