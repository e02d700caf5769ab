import { InstallJson, PackageFault, packageLimits, PosternJson } from '@postern/protocol'
import * as z from 'zod'

/** What a package says of its app. `installText` is `install.json` byte for byte: apps read the file themselves (T17). */
export type PackageManifest = {
  installText: string
  install: InstallJson
  /** Absent in packages that were not built for Postern: apps of ThreatConnect's SDK. */
  postern: PosternJson | undefined
  programLanguage: ProgramLanguage
}

export type ProgramLanguage = 'NODE' | 'PYTHON' | 'JAVA'

/** Reads both files of a package's folder. Lenient in what the vendor's own schema is not kept by (T17), strict in the rest. */
export function readManifest(installBytes: Buffer, posternBytes: Buffer | undefined): PackageManifest {
  const installText = textOf(installBytes, 'install.json')
  const install = parse(InstallJson, installText, 'install.json')
  requireJobApp(install)
  requireOwnParameters(install)
  const postern =
    posternBytes === undefined ? undefined : parse(PosternJson, textOf(posternBytes, 'postern.json'), 'postern.json')
  return { installText, install, postern, programLanguage: programLanguageOf(install) }
}

/** Files of which at least one must be in the folder for `programMain` to start; nothing where only the interpreter knows. */
export function mainFiles(manifest: PackageManifest): string[] | undefined {
  const main = manifest.install.programMain
  switch (manifest.programLanguage) {
    case 'NODE':
      return [main]
    case 'PYTHON':
      return [main, `${main}.py`, '__main__.py']
    case 'JAVA':
      return undefined
  }
}

/** Postern runs job apps: playbook and service apps speak to machinery of ThreatConnect's that a job does not have. */
function requireJobApp(install: InstallJson): void {
  const levels = Array.isArray(install.runtimeLevel) ? install.runtimeLevel : [install.runtimeLevel]
  if (levels.some((level) => /^(organization|system)$/i.test(level))) return
  throw new PackageFault(
    `its runtimeLevel is "${levels.join(', ').slice(0, 100)}". Postern runs job apps, whose runtimeLevel is Organization.`,
  )
}

/** Values are kept by these names, here and in apps: each is there once, and none is what every object has. */
function requireOwnParameters({ params }: InstallJson): void {
  const seen = new Set<string>()
  for (const { name } of params) {
    if (seen.has(name)) throw new PackageFault(`install.json has the parameter "${name}" twice.`)
    if (name in {}) throw new PackageFault(`install.json has a parameter "${name}", which every object has; rename it.`)
    seen.add(name)
  }
}

function programLanguageOf(install: InstallJson): ProgramLanguage {
  const language = install.programLanguage.toUpperCase()
  if (language === 'NODE' || language === 'PYTHON' || language === 'JAVA') return language
  throw new PackageFault(`its programLanguage "${language.slice(0, 50)}" is none of NODE, PYTHON and JAVA.`)
}

function textOf(bytes: Buffer, file: string): string {
  let text: string
  try {
    // ignoreBOM keeps the mark in the text: the file is stored as it came.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new PackageFault(`${file} is not UTF-8 text.`, { cause: error })
  }
  if (text.includes('\0')) throw new PackageFault(`${file} holds a zero byte.`)
  return text
}

function parse<Schema extends z.core.$ZodType>(schema: Schema, text: string, file: string): z.output<Schema> {
  if (depthOf(text) > packageLimits.manifestDepthMax) {
    throw new PackageFault(`${file} is nested deeper than ${packageLimits.manifestDepthMax} levels.`)
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new PackageFault(
      `${file} is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}.`,
    )
  }
  const read = z.safeParse(schema, value)
  if (!read.success) throw new PackageFault(`${file} has mistakes:\n${z.prettifyError(read.error).slice(0, 2000)}`)
  return read.data
}

/** Deepest nesting of brackets outside strings, counted before parsing (S14). */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1))
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}
