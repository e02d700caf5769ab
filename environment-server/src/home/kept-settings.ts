import { existsSync } from 'node:fs'
import type { HomeFolder } from './home-folder.ts'
import { copySettings, readJson, readSettingsFile, writeSettingsFile } from './settings.ts'

type SettingsContent = Record<string, unknown>

/** What a bundle is there to say, whatever stood here before. */
const ofBundle = ['apiURL', 'brokerHost', 'brokerPort', 'serverName', 'serverXid', 'enrolmentToken', 'moveToken']

/**
 * A bundle that enrols this server anew is unzipped over its folder, `settings.json` with it (D37). A copy beside it gives back what
 * people made here; what the new file says itself counts, but for TLS inspection that was forbidden here, which no hub allows (S17).
 * @returns the names of what was given back
 */
export function keepSettings(home: HomeFolder): string[] {
  const file = readSettingsFile(home)
  const kept = existsSync(home.keptSettingsFile)
    ? (readJson(home.keptSettingsFile, ', or remove the file: it is a copy.') as SettingsContent)
    : undefined
  const isFresh = 'enrolmentToken' in file && file['enrolmentToken'] !== kept?.['enrolmentToken']
  if (kept !== undefined && isFresh) {
    // A bundle of another server will be refused, and this one is still what it was.
    if (kept['serverXid'] !== file['serverXid']) return []
    const { content, names } = together(file, kept)
    writeSettingsFile(home, content)
    return names
  }
  // Some edit the file by hand.
  if (JSON.stringify(file) !== JSON.stringify(kept)) copySettings(home, file)
  return []
}

function together(file: SettingsContent, kept: SettingsContent): { content: SettingsContent; names: string[] } {
  const { origins = {}, ...settings } = kept as { origins?: Record<string, string> }
  const own = Object.entries(settings as SettingsContent).filter(
    ([name, value]) =>
      !ofBundle.includes(name) && (!(name in file) || (name === 'allowInspectedTls' && value === false)),
  )
  const names = own.map(([name]) => name)
  // Of secrets the file holds the origin alone.
  const originsOfOwn = Object.entries(origins).filter(([name]) => !(name in file) || names.includes(name))
  return { content: { ...file, ...Object.fromEntries(own), origins: Object.fromEntries(originsOfOwn) }, names }
}
