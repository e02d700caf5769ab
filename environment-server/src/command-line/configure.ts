import { readFileSync } from 'node:fs'
import type { ReportedSetting } from '@postern/protocol'
import { type CommandLine, homeOf, parseOptions, passwordSources, readFd } from '../config.ts'
import { openKeychainWith, readPassword } from '../keychain/master-password.ts'
import { promptHidden } from '../keychain/prompt.ts'
import { StartProblem } from '../log/start-problem.ts'
import { Configuration, known, wordsOfValue } from './configuration.ts'
import { ownFolderWithSettings } from './own-folder.ts'

const configureUsage = `configure.sh: settings and keychain of this environment server. Without options: a menu.

  --set NAME=VALUE      set a setting, if this machine suits it; NAME= empties it. May be given several times
  --set NAME            set a secret: it is asked for, or read from --value-fd or standard input; never from the command line.
                        NAME= empties it
  --value-fd N          file descriptor to read the secret from
  --get NAME            print a setting; of a secret only whether it is set
  --list [--json]       print all of them, with number and origin
  --check [--json]      what this machine has of what the server needs; exit code 1 if something is missing
  --import FILE.env     move this server to the environment that FILE.env was downloaded for
  --change-password     change the master password of the keychain
  --reload              put changed settings into force in the running server

  --home DIR, --password-file FILE, --password-fd N, --help
`

const options = {
  set: { type: 'string', multiple: true },
  'value-fd': { type: 'string' },
  get: { type: 'string' },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  check: { type: 'boolean' },
  import: { type: 'string' },
  'change-password': { type: 'boolean' },
  reload: { type: 'boolean' },
} as const

/** Menu or options: one of them a call. */
export async function configure(line: CommandLine): Promise<number> {
  const values = parseOptions(line, options)
  if (values.help) return say(configureUsage)
  const sources = passwordSources(line, values)
  const home = ownFolderWithSettings(homeOf(line, values))
  const javaHome = line.environment['JAVA_HOME']
  const configuration = new Configuration(home, () => openKeychainWith(sources, home.keychainFile), javaHome)
  if (values.list) return list(configuration, values.json === true)
  if (values.get !== undefined) return say(`${configuration.get(values.get)}\n`)
  if (values.check) return await (await import('../requirements/check.ts')).check(home, values.json === true, javaHome)
  if (values.import !== undefined) {
    const { importEnvironment } = await import('./import-environment.ts')
    return say(importEnvironment(home, values.import))
  }
  if (values['change-password']) {
    const { terminal } = sources
    if (terminal === undefined) throw new StartProblem('Changing the password needs a terminal to ask on.')
    return await (await import('./menu.ts')).changePasswordOn(configuration, terminal)
  }
  if (values.set !== undefined) await set(configuration, values.set, values['value-fd'])
  else if (values.reload !== true)
    return await (await import('./menu.ts')).menu(configuration, process.stdin, process.stdout)
  return await finish(configuration, values.reload === true)
}

function list(configuration: Configuration, json: boolean): number {
  const settings = configuration.list()
  if (json) return say(`${JSON.stringify(settings, null, 2)}\n`)
  return say(settings.map(lineOf).join(''))
}

/** `N: name = value`, and who set it where it is not the default. */
export function lineOf(setting: ReportedSetting): string {
  const origin = setting.origin === 'default' ? '' : `   (${setting.origin})`
  return `${setting.number}: ${setting.name} = ${wordsOfValue(setting)}${origin}\n`
}

async function set(configuration: Configuration, given: string[], valueFd: string | undefined): Promise<void> {
  const plain = new Map<string, string>()
  const secrets = new Map<string, string | undefined>()
  for (const text of given) {
    const at = text.indexOf('=')
    const name = at < 0 ? text : text.slice(0, at)
    const value = at < 0 ? undefined : text.slice(at + 1)
    if (known(name).secret) {
      if (value)
        throw new StartProblem(
          `${name} is a secret: everyone on this machine can read command lines. Give it with --set ${name} alone.`,
        )
      secrets.set(name, value)
    } else if (value === undefined) throw new StartProblem(`--set takes NAME=VALUE; ${name} has no value.`)
    else plain.set(name, value)
  }
  if (secrets.size > 1) throw new StartProblem('One secret at a time.')
  // All is read and looked at before anything is written.
  const read: [string, string][] = []
  for (const [name, value] of secrets) read.push([name, value ?? (await readSecret(name, valueFd))])
  for (const [name, value] of read) {
    const judged = configuration.judge(name, value)
    if ('problem' in judged) throw new StartProblem(judged.problem)
  }
  const written = plain.size > 0 ? await configuration.set(plain) : { warnings: [] }
  if ('problems' in written) throw new StartProblem([...written.problems, 'Nothing was written.'].join('\n'))
  for (const warning of written.warnings) say(`WARNING: ${warning}\n`)
  for (const [name, value] of read) await configuration.setSecret(name, value)
}

async function readSecret(name: string, valueFd: string | undefined): Promise<string> {
  const fd = readFd('--value-fd', valueFd)
  if (fd !== undefined) return readPassword(fd, `file descriptor ${fd}`)
  const given = process.stdin.isTTY
    ? await promptHidden(`${name}: `, process.stdin, process.stderr)
    : (readFileSync(0, 'utf8').split(/\r?\n/, 1)[0] ?? '')
  if (given.trim() !== '') return given
  // Schedulers close standard input: silence is no order to forget a password.
  throw new StartProblem(
    `Nothing was given for ${name}, and nothing was changed. Give it on standard input or by --value-fd N. To empty it: --set ${name}=`,
  )
}

async function finish(configuration: Configuration, reload: boolean): Promise<number> {
  if (reload) {
    if (await configuration.reload()) return say('The settings are in force.\n')
    return say('No environment server is running; the next start takes the settings.\n')
  }
  if (await configuration.isRunning())
    return say('Written. The running server goes on with what it had: configure.sh --reload puts it into force.\n')
  return say('Written. The next start takes it.\n')
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}
