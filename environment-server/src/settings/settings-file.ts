import type { SettingOrigin } from '@postern/protocol'
import type { HomeFolder } from '../home/home-folder.ts'
import { lockFile } from '../home/home-lock.ts'
import { readSettingsFile, writeSettingsFile } from '../home/settings.ts'
import type { SettingValue } from './setting.ts'
import { isEmpty, type SettingsFile } from './read-settings.ts'
import { settingsTable } from './settings-table.ts'

/** In `settings.json`, beside the settings: who set which of them last. A name that a bundle brought is not there. */
const originsName = 'origins'
const settingOrigins: readonly string[] = ['bundle', 'configure.sh', 'hub', 'enrolment'] satisfies SettingOrigin[]
/** What `settings.json` of a fresh bundle holds, or may hold. */
const bundleNames = new Set(['apiURL', 'brokerHost', 'brokerPort', 'serverName', 'serverXid', 'allowInspectedTls'])

export type SettingOrigins = Readonly<Record<string, string>>

/**
 * Writes values, already judged, and who set them; null empties one. Secrets are given as their origin alone, with no value. Others
 * who write the file at this moment, such as a server that a hub configures, wait for each other.
 */
export function changeSettingsFile(
  home: HomeFolder,
  changes: ReadonlyMap<string, SettingValue | null>,
  origin: SettingOrigin,
  more: { secrets?: ReadonlyMap<string, boolean>; others?: Readonly<Record<string, unknown>> } = {},
): void {
  using _alone = lockFile(home.settingsLockFile, settingsLockMs, 'Somebody else is changing the settings. Try again.')
  const file = { ...readSettingsFile(home), ...more.others }
  const origins: Record<string, string> = { ...originsOf(file) }
  for (const [name, value] of changes) {
    if (value === null) delete file[name]
    else file[name] = value
    note(origins, name, value === null ? undefined : origin)
  }
  for (const [name, isSet] of more.secrets ?? []) note(origins, name, isSet ? origin : undefined)
  writeSettingsFile(home, { ...file, [originsName]: origins })
}

/** Who set this setting, as far as the file tells; a value that nobody is named for was typed into it. */
export function originOf(file: SettingsFile, name: string): SettingOrigin {
  const origin = originsOf(file)[name]
  if (origin !== undefined) return origin as SettingOrigin
  if (isEmpty(file[name])) return 'default'
  return bundleNames.has(name) ? 'bundle' : 'file'
}

const settingsLockMs = 5000

function note(origins: Record<string, string>, name: string, origin: SettingOrigin | undefined): void {
  if (origin === undefined) delete origins[name]
  else origins[name] = origin
}

function originsOf(file: SettingsFile): SettingOrigins {
  const origins = file[originsName]
  if (typeof origins !== 'object' || origins === null) return {}
  const known = new Set<string>(settingsTable.map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(origins).filter(
      ([name, origin]) => known.has(name) && typeof origin === 'string' && settingOrigins.includes(origin),
    ),
  ) as SettingOrigins
}
