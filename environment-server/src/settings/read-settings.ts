import { judgeSetting } from './judge-setting.ts'
import type { Setting, SettingValue } from './setting.ts'
import { type SettingValues, settingsTable } from './settings-table.ts'

/** Names and values as they stand in `settings.json`, with whatever else stands there. */
export type SettingsFile = Readonly<Record<string, unknown>>

/** The values in force, or every mistake of the file, one sentence each. */
export function readSettingValues(file: SettingsFile): { values: SettingValues } | { problems: string[] } {
  const { values, problems } = judgeAll(file)
  // Each value was judged by the row that its type is made of, and none that is required is missing.
  return problems.length > 0 ? { problems } : { values: values as SettingValues }
}

/** The values of those settings that are as they should be, whatever is wrong with others. */
export function wellFormedValues(file: SettingsFile): Partial<SettingValues> {
  return judgeAll(file).values
}

function judgeAll(file: SettingsFile): { values: Partial<SettingValues>; problems: string[] } {
  const values: Record<string, SettingValue> = {}
  const problems: string[] = []
  // The types of the rows differ; here they are all settings.
  for (const setting of settingsTable as readonly Setting[]) {
    const given = file[setting.name]
    if (setting.secret) {
      if (!isEmpty(given)) problems.push(secretInFile(setting.name))
    } else if (isEmpty(given)) {
      if (setting.default !== undefined) values[setting.name] = setting.default
      if (setting.required) problems.push(`${setting.name} is missing; it comes with the bundle.`)
    } else {
      const judged = judgeSetting(setting, given)
      if ('problem' in judged) problems.push(judged.problem)
      else values[setting.name] = judged.value
    }
  }
  return { values, problems }
}

export function isEmpty(given: unknown): boolean {
  return given === undefined || given === null || (typeof given === 'string' && given.trim() === '')
}

function secretInFile(name: string): string {
  return `${name} stands there in the clear. Take it out of the file, and give it to the keychain: configure.sh --set ${name}`
}
