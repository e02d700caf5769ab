import type { ConfigureCommand } from '@postern/protocol'
import { judgeExecutors } from '../executor/executor-count.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import type { LocalPolicy } from '../policy/local-policy.ts'
import { judgeSetting } from './judge-setting.ts'
import type { SettingValue } from './setting.ts'
import { changeSettingsFile } from './settings-file.ts'
import { settingOf } from './settings-table.ts'
import { mayHubSet } from './shown-settings.ts'

/**
 * Writes what a hub wants set, all of it or nothing: only settings that the table allows and the local policy names, judged as if
 * typed (D31). Returns why not, for a person; nothing if it was written.
 */
export function takeHubSettings(
  home: HomeFolder,
  policy: Pick<LocalPolicy, 'settings'>,
  { settings }: Pick<ConfigureCommand, 'settings'>,
): string | undefined {
  const changes = new Map<string, SettingValue | null>()
  for (const [name, given] of Object.entries(settings)) {
    const setting = settingOf(name)
    if (setting === undefined) return `${name} is not a setting of this release.`
    if (setting.hubMaySet !== true) return `${name} can only be set on the environment server itself.`
    if (!mayHubSet(setting, policy))
      return `The local policy of this environment server does not let the hub set ${name}.`
    if (given === null && setting.required) return `${name} cannot be empty.`
    const judged = given === null ? { value: null } : judgeSetting(setting, given)
    if ('problem' in judged) return judged.problem
    const misfit = misfitOf(name, judged.value)
    if (misfit !== undefined) return misfit
    changes.set(name, judged.value)
  }
  changeSettingsFile(home, changes, 'hub')
  return undefined
}

/** What configure.sh would refuse as well: of these settings, this machine may suit one alone not. */
function misfitOf(name: string, value: SettingValue | null): string | undefined {
  if (name !== 'appsNumberofJobExecutors' || value === null) return undefined
  const { state, sentence } = judgeExecutors(Number(value))
  return state === 'missing' ? sentence : undefined
}
