import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartProblem } from '../log/start-problem.ts'
import { readSettingValues } from '../settings/read-settings.ts'
import type { SettingValues } from '../settings/settings-table.ts'
import { writeAtomically } from './atomic-file.ts'
import type { HomeFolder } from './home-folder.ts'

/**
 * `.postern-envsvr/settings.json`, by the names of the menu (ES-11), judged by the table of settings (D31). Names that this release
 * does not know are kept as they are, so that an older release started again finds its own.
 */
export type Settings = SettingValues & {
  /** Gone once the server has enrolled (S9). */
  enrolmentToken?: string | undefined
  /** Of an imported `.env`; gone once the server has moved, or was refused (D37). */
  moveToken?: string | undefined
}

export function readSettings(home: HomeFolder): Settings {
  const file = readSettingsFile(home)
  const read = readSettingValues(file)
  if ('problems' in read) throw new StartProblem(`${home.settingsFile} has mistakes:\n${read.problems.join('\n')}`)
  return { ...read.values, ...tokenIn(file, 'enrolmentToken'), ...tokenIn(file, 'moveToken') }
}

function tokenIn(file: Record<string, unknown>, name: 'enrolmentToken' | 'moveToken'): Partial<Settings> {
  const token = file[name]
  return typeof token === 'string' && token !== '' ? { [name]: token } : {}
}

/** What stands in the file, unjudged. */
export function readSettingsFile(home: HomeFolder): Record<string, unknown> {
  const content = readJson(home.settingsFile)
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return content as Record<string, unknown>
  throw new StartProblem(`${home.settingsFile} holds no settings. Restore it from the bundle.`)
}

export function writeSettingsFile(home: HomeFolder, content: Record<string, unknown>): void {
  writeAtomically(home.settingsFile, settingsText(content))
  copySettings(home, content)
}

/** What a bundle that is unzipped over the file does not take along: kept-settings.ts. */
export function copySettings({ keptSettingsFile }: HomeFolder, content: Record<string, unknown>): void {
  mkdirSync(dirname(keptSettingsFile), { recursive: true, mode: 0o700 })
  writeAtomically(keptSettingsFile, settingsText(content))
}

function settingsText(content: Record<string, unknown>): string {
  return `${JSON.stringify(content, null, 2)}\n`
}

/** Writes the file without a token that is spent, and everything else as it stands in the file. */
export function wipeEnrolmentToken(home: HomeFolder): void {
  const { enrolmentToken: _used, ...rest } = readSettingsFile(home)
  writeSettingsFile(home, rest)
}

export function wipeMoveToken(home: HomeFolder): void {
  const { moveToken: _used, ...rest } = readSettingsFile(home)
  writeSettingsFile(home, rest)
}

/**
 * A JSON file of the home folder; the sentence of a failure names file and cure.
 * @param cure for a file that is not JSON, after "Put the mistake right"
 */
export function readJson(path: string, cure = ', or restore the file from the bundle.'): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new StartProblem(`${path} cannot be read. Unzip the bundle again, or restore the file.`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StartProblem(`${path} is not JSON. Put the mistake right${cure}`, {
      cause: error,
    })
  }
}
