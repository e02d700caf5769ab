import { checkedPassword, openOrCreateKeychain, type Terminal } from '../keychain/master-password.ts'
import { Keychain } from '../keychain/keychain.ts'
import { promptHidden } from '../keychain/prompt.ts'
import { StartProblem } from '../log/start-problem.ts'
import { wordsFor } from '../settings/judge-setting.ts'
import type { Setting } from '../settings/setting.ts'
import { settingsTable } from '../settings/settings-table.ts'
import { Configuration, wordsOfValue } from './configuration.ts'
import { lineOf } from './configure.ts'
import { type Dialogue, DialogueEnded, openDialogue } from './dialogue.ts'

type Entry = { number: number; title: string; act: () => Promise<void> | void }

/** The menus of configure.sh, by the numbers of the guide (ES-11). */
export async function menu(
  { home, javaHome }: Configuration,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<number> {
  using dialogue = openDialogue(input, output)
  // With a keychain opener that asks in this dialogue: two readers of one terminal would take each other's keys.
  const configuration = new Configuration(home, () => askKeychain(dialogue, home.keychainFile), javaHome)
  try {
    await choose(dialogue, 'Main Menu', 'Exit', [
      { number: 1, title: 'System Configuration', act: () => systemConfiguration(dialogue, configuration) },
      { number: 2, title: 'Keychain: change the master password', act: () => changePassword(dialogue, configuration) },
      { number: 3, title: 'Check this machine', act: () => check(configuration) },
      { number: 4, title: 'Import a .env file', act: () => importFile(dialogue, configuration) },
      { number: 5, title: 'Put changed settings into force', act: () => reload(dialogue, configuration) },
    ])
  } catch (error) {
    if (!(error instanceof DialogueEnded)) throw error
    dialogue.say('\n')
  }
  return 0
}

async function systemConfiguration(dialogue: Dialogue, configuration: Configuration): Promise<void> {
  await choose(dialogue, 'System Configuration', 'Back', [
    { number: 1, title: 'View System Config', act: () => view(dialogue, configuration) },
    { number: 2, title: 'Edit System Config', act: () => edit(dialogue, configuration) },
  ])
}

function view(dialogue: Dialogue, configuration: Configuration): void {
  dialogue.say(`\n${configuration.list().map(lineOf).join('')}`)
}

async function edit(dialogue: Dialogue, configuration: Configuration): Promise<void> {
  for (;;) {
    view(dialogue, configuration)
    const answer = (await dialogue.ask('Number of the setting to edit, 0 to go back: ')).trim()
    if (answer === '0' || answer === '') return
    const setting = settingsTable.find(({ number, name }) => String(number) === answer || name === answer)
    if (setting === undefined) dialogue.say(`There is no setting ${answer}.\n`)
    else await inWords(dialogue, () => editOne(dialogue, configuration, setting))
  }
}

async function editOne(dialogue: Dialogue, configuration: Configuration, setting: Setting): Promise<void> {
  const { number, name, help, kind, secret, readOnly } = setting
  const shown = configuration.list().find((each) => each.name === name)
  dialogue.say(`\n${number}: ${name} = ${shown === undefined ? '<empty>' : wordsOfValue(shown)}\n${help}\n`)
  if (readOnly) return dialogue.say(`${name} cannot be changed.\n`)
  const question = `New value: ${wordsFor(kind)} (Enter keeps it, - empties it): `
  for (;;) {
    const answer = (await (secret ? dialogue.askHidden(question) : dialogue.ask(question))).trim()
    if (answer === '') return dialogue.say('Kept.\n')
    const text = answer === '-' ? '' : answer
    const problems = await write(dialogue, configuration, setting, text)
    if (problems.length > 0) {
      dialogue.say(`${problems.join('\n')}\n`)
      continue
    }
    return dialogue.say('Written.\n')
  }
}

/** Returns why it was not written, if so. */
async function write(
  dialogue: Dialogue,
  configuration: Configuration,
  { name, secret }: Setting,
  text: string,
): Promise<string[]> {
  if (secret) {
    const judged = configuration.judge(name, text)
    if ('problem' in judged) return [judged.problem]
    await configuration.setSecret(name, text)
    return []
  }
  const written = await configuration.set(new Map([[name, text]]))
  if ('problems' in written) return written.problems
  for (const warning of written.warnings) dialogue.say(`WARNING: ${warning}\n`)
  return []
}

async function changePassword(
  { say, askHidden }: Pick<Dialogue, 'say' | 'askHidden'>,
  configuration: Configuration,
): Promise<void> {
  const password = await askHidden('Present master password: ')
  configuration.checkPassword(password)
  const newPassword = checkedPassword(await askHidden('New master password: '))
  if ((await askHidden('The same again: ')) !== newPassword)
    throw new StartProblem('The two passwords differ; nothing was changed.')
  await configuration.changePassword(password, newPassword)
  say('The master password was changed.\n')
}

/** The same without the menu. */
export async function changePasswordOn(configuration: Configuration, { input, output }: Terminal): Promise<number> {
  const askHidden = (question: string) => promptHidden(question, input, output)
  await changePassword({ say: (text) => void output.write(text), askHidden }, configuration)
  return 0
}

async function check({ home, javaHome }: Configuration): Promise<void> {
  await (await import('../requirements/check.ts')).check(home, false, javaHome)
}

async function importFile(dialogue: Dialogue, { home }: Configuration): Promise<void> {
  const path = (await dialogue.ask('Path of the .env file: ')).trim()
  if (path === '') return
  const { importEnvironment } = await import('./import-environment.ts')
  dialogue.say(importEnvironment(home, path))
}

async function reload(dialogue: Dialogue, configuration: Configuration): Promise<void> {
  const told = await configuration.reload()
  dialogue.say(told ? 'The settings are in force.\n' : 'No environment server is running; the next start takes them.\n')
}

async function askKeychain(dialogue: Dialogue, path: string): Promise<Keychain> {
  if (Keychain.exists(path))
    return openOrCreateKeychain(path, await dialogue.askHidden('Master password of the keychain: '))
  const password = checkedPassword(await dialogue.askHidden('Choose a master password for the keychain: '))
  if ((await dialogue.askHidden('The same again: ')) !== password) throw new StartProblem('The two passwords differ.')
  return openOrCreateKeychain(path, password)
}

async function choose(dialogue: Dialogue, title: string, leave: string, entries: readonly Entry[]): Promise<void> {
  for (;;) {
    dialogue.say(`\n${title}\n${entries.map((entry) => `  ${entry.number}: ${entry.title}\n`).join('')}  0: ${leave}\n`)
    const answer = (await dialogue.ask('Choose: ')).trim()
    if (answer === '0' || answer === '') return
    const entry = entries.find(({ number }) => String(number) === answer)
    if (entry === undefined) dialogue.say(`There is no entry ${answer}.\n`)
    else await inWords(dialogue, entry.act)
  }
}

/** What cannot be done is said, and the menu goes on. */
async function inWords(dialogue: Dialogue, act: () => Promise<void> | void): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof StartProblem) || error instanceof DialogueEnded) throw error
    dialogue.say(`${error.message}\n`)
  }
}
