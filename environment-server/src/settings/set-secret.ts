import type { HomeFolder } from '../home/home-folder.ts'
import { readSettingsFile } from '../home/settings.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import { judgeSetting } from './judge-setting.ts'
import { changeSettingsFile, originOf } from './settings-file.ts'
import { type SecretName, secretNames, settingOf } from './settings-table.ts'

/** Puts a secret into the keychain, or takes it out; `settings.json` learns only that it is set. */
export function setSecret(home: HomeFolder, keychain: Keychain, name: string, given: string | null): void {
  const setting = settingOf(name)
  if (setting?.secret !== true) throw new StartProblem(`${name} is not a secret of the keychain.`)
  const judged = given === null ? { value: undefined } : judgeSetting(setting, given)
  if ('problem' in judged) throw new StartProblem(judged.problem)
  // The table's secrets are texts, by the names of the keychain.
  keychain.update({ [name as SecretName]: judged.value as string | undefined })
  changeSettingsFile(home, new Map(), 'configure.sh', { secrets: new Map([[name, given !== null]]) })
}

/** Which secrets the open keychain holds, for those who cannot open it: after an enrolment, and for older folders. */
export function noteSecrets(home: HomeFolder, keychain: Keychain): void {
  const file = readSettingsFile(home)
  const changed = secretNames.filter((name) => {
    const isNoted = originOf(file, name) !== 'default'
    return isNoted !== (keychain.content[name] !== undefined)
  })
  if (changed.length === 0) return
  const secrets = new Map(changed.map((name) => [name, keychain.content[name] !== undefined]))
  changeSettingsFile(home, new Map(), 'enrolment', { secrets })
}
