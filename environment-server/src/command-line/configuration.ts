import type { ReportedSetting } from '@postern/protocol'
import { askServer } from '../control/ask-server.ts'
import type { ControlRequest } from '../control/control-message.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { lockHome } from '../home/home-lock.ts'
import { readLocalPolicy } from '../policy/local-policy.ts'
import { readSettingsFile } from '../home/settings.ts'
import { Keychain } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import { judgeOnMachine } from '../requirements/settings-on-machine.ts'
import { judgeSetting } from '../settings/judge-setting.ts'
import { wellFormedValues } from '../settings/read-settings.ts'
import type { Setting, SettingValue } from '../settings/setting.ts'
import { setSecret } from '../settings/set-secret.ts'
import { changeSettingsFile } from '../settings/settings-file.ts'
import { settingOf } from '../settings/settings-table.ts'
import { shownSettings } from '../settings/shown-settings.ts'

/** Asks a person, or a source without one, for the keychain; only called where no server runs that has it open. */
export type KeychainOpener = () => Promise<Keychain>

/** What configure.sh does, by menu or by options: settings to the file, secrets to the keychain, through the server if one runs. */
export class Configuration {
  readonly home: HomeFolder
  /** `JAVA_HOME` of this process. */
  readonly javaHome: string | undefined
  readonly #openKeychain: KeychainOpener

  constructor(home: HomeFolder, openKeychain: KeychainOpener, javaHome?: string) {
    this.home = home
    this.javaHome = javaHome
    this.#openKeychain = openKeychain
  }

  list(): ReportedSetting[] {
    return shownSettings(readSettingsFile(this.home), readLocalPolicy(this.home))
  }

  /** A value in words for `--get` and the menu: secrets are never shown. */
  get(name: string): string {
    return wordsOfValue(this.#shown(name))
  }

  /**
   * Judged first, all of them, by what they are and by what this machine has (ES-12); then written at once.
   * @returns why nothing was written; or what to look at, where all was
   */
  async set(changes: ReadonlyMap<string, string>): Promise<{ problems: string[] } | { warnings: string[] }> {
    const values = new Map<string, SettingValue | null>()
    const misformed: string[] = []
    for (const [name, text] of changes) {
      const judged = this.judge(name, text)
      if ('problem' in judged) misformed.push(judged.problem)
      else values.set(name, judged.value)
    }
    if (misformed.length > 0) return { problems: misformed }
    const settings = wellFormedValues({ ...readSettingsFile(this.home), ...Object.fromEntries(values) })
    const { hidden } = this.home
    const { problems, warnings } = await judgeOnMachine(values, settings, { hidden, javaHome: this.javaHome })
    if (problems.length > 0) return { problems }
    changeSettingsFile(this.home, values, 'configure.sh')
    return { warnings }
  }

  /** An empty text empties the setting. */
  judge(name: string, text: string): { value: SettingValue | null } | { problem: string } {
    const setting = known(name)
    if (setting.readOnly) return { problem: `${name} cannot be changed: ${setting.help}` }
    if (text.trim() !== '') return judgeSetting(setting, text)
    return setting.required ? { problem: `${name} cannot be empty.` } : { value: null }
  }

  async setSecret(name: string, text: string): Promise<void> {
    const value = text === '' ? null : text
    const judged = value === null ? { value } : judgeSetting(known(name), value)
    if ('problem' in judged) throw new StartProblem(judged.problem)
    await this.#withKeychain({ ask: 'set-secret', name, value }, (keychain) =>
      setSecret(this.home, keychain, name, value),
    )
  }

  /** Before anything else is asked of whoever changes it. */
  checkPassword(password: string): void {
    if (!Keychain.exists(this.home.keychainFile))
      throw new StartProblem('There is no keychain yet. The first start asks for its password.')
    Keychain.open(this.home.keychainFile, password)
  }

  async changePassword(password: string, newPassword: string): Promise<void> {
    const answer = await askServer(this.home, { ask: 'change-password', password, newPassword })
    if (answer !== undefined) return
    using _alone = lockHome(this.home.lockFile)
    Keychain.open(this.home.keychainFile, password).changePassword(password, newPassword)
  }

  async isRunning(): Promise<boolean> {
    return (await askServer(this.home, { ask: 'status' })) !== undefined
  }

  /** Returns whether a server was there to be told. */
  async reload(): Promise<boolean> {
    return (await askServer(this.home, { ask: 'reload' })) !== undefined
  }

  /** A running server has the keychain open and would write over what we wrote; else nobody may start meanwhile. */
  async #withKeychain(request: ControlRequest, act: (keychain: Keychain) => void): Promise<void> {
    if ((await askServer(this.home, request)) !== undefined) return
    using _alone = lockHome(this.home.lockFile)
    act(await this.#openKeychain())
  }

  #shown(name: string): ReportedSetting {
    known(name)
    const shown = this.list().find((setting) => setting.name === name)
    if (shown === undefined) throw new Error(`${name} is not listed`)
    return shown
  }
}

/** As the menu writes it: `<empty>` when unset; of a secret only whether it is set. */
export function wordsOfValue({ secret, isSet, value }: ReportedSetting): string {
  if (secret) return isSet ? '<set>' : '<empty>'
  return value === null ? '<empty>' : String(value)
}

export function known(name: string): Setting {
  const setting = settingOf(name)
  if (setting === undefined) throw new StartProblem(`There is no setting "${name}". All of them: configure.sh --list`)
  return setting
}
