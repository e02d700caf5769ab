import type { ReportedSetting } from '@postern/protocol'
import type { LocalPolicy } from '../policy/local-policy.ts'
import { judgeSetting } from './judge-setting.ts'
import { isEmpty, type SettingsFile } from './read-settings.ts'
import type { Setting } from './setting.ts'
import { originOf } from './settings-file.ts'
import { settingsTable } from './settings-table.ts'

/** Every setting as it may be shown anywhere: values with their origin, secrets only as set or empty (D31). */
export function shownSettings(file: SettingsFile, policy: Pick<LocalPolicy, 'settings'>): ReportedSetting[] {
  return settingsTable.map((setting: Setting) => shown(setting, file, policy))
}

/** Whether a hub may set it here: the table allows it, and the local policy names it. */
export function mayHubSet({ name, hubMaySet }: Setting, { settings }: Pick<LocalPolicy, 'settings'>): boolean {
  return hubMaySet === true && settings?.includes(name) === true
}

function shown(setting: Setting, file: SettingsFile, policy: Pick<LocalPolicy, 'settings'>): ReportedSetting {
  const { number, name, secret = false, help } = setting
  const origin = originOf(file, name)
  return {
    number,
    name,
    ...shownKind(setting),
    secret,
    value: secret ? null : valueInForce(setting, file[name]),
    isSet: origin !== 'default',
    origin,
    help,
    hubMaySet: mayHubSet(setting, policy),
  }
}

function valueInForce(setting: Setting, given: unknown): ReportedSetting['value'] {
  if (isEmpty(given)) return setting.default ?? null
  const judged = judgeSetting(setting, given)
  // A mistake in the file is shown as it stands, as far as it can be.
  return 'value' in judged ? judged.value : String(given).slice(0, 200)
}

function shownKind({ kind }: Setting): Pick<ReportedSetting, 'kind' | 'smallest' | 'largest' | 'choices'> {
  if (kind.is === 'whole-number') return { kind: kind.is, smallest: kind.smallest, largest: kind.largest }
  if (kind.is === 'choice') return { kind: kind.is, choices: [...kind.of] }
  return { kind: kind.is === 'switch' ? 'switch' : 'text' }
}
