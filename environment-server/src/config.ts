import { dirname } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { PasswordSources } from './keychain/master-password.ts'
import { StartProblem } from './log/start-problem.ts'
import { trialSecondsDefault } from './upgrade/prove-healthy.ts'
import { errorText } from './log/server-log.ts'

/** What the process was started with, read once. */
export type CommandLine = {
  /** `run` where none is named: what run.sh always meant. */
  command: string
  argv: string[]
  environment: NodeJS.ProcessEnv
  /** The server's file, whose folder is the home unless `--home` names another. */
  serverFile: string
}

export const usage = `postern-envsvr: runs apps behind a firewall for a Postern hub; it only ever connects out.

  run                   start the server (the command when none is named)
  status                how the running server is; exit code 0, 3 (none runs), 150 (locked), 151 (not confirmed) or 152 (revoked)
  unlock                give the running server the master password of its keychain
  reload                let the running server take over what settings and local policy say now
  doctor                what keeps this server from its hub, and whom to ask; see doctor --help
  policy                show, lock, trust FINGERPRINT, clear-hub: what no hub can widen; see policy --help
  verify-file FILE      whether a newer server file is signed; run.sh asks the kept copy before it starts it
  configure             settings and keychain: a menu, or see configure --help

  --home DIR            folder that holds .postern-envsvr (default: the folder of this file)
  --password-file FILE  file with the master password of the keychain, readable by its owner alone
  --password-fd N       file descriptor to read the master password from
  --verbose             run: log also how things happen
  --json                status: for machines
  --version, --help

Without a password option it takes the systemd credential "postern-envsvr", or asks on the terminal. Without a terminal the server
stays up, locked, and waits for unlock. Stop it with Ctrl-C or shutdown.sh: running apps get 30 seconds to end.
`

/** Options that every command takes. */
export const commonOptions = {
  home: { type: 'string' },
  'password-file': { type: 'string' },
  'password-fd': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options']

export function readCommandLine(argv: string[], environment: NodeJS.ProcessEnv, serverFile: string): CommandLine {
  const [first, ...rest] = argv
  if (first === 'help') return { command: 'run', argv: ['--help'], environment, serverFile }
  const isNamed = first !== undefined && !first.startsWith('-')
  return { command: isNamed ? first : 'run', argv: isNamed ? rest : argv, environment, serverFile }
}

/** Every mistake is named with the option it is in. */
export function parseOptions<Options extends NonNullable<ParseArgsConfig['options']>>(
  line: CommandLine,
  options: Options,
) {
  const { values, words } = parseOptionsAndWords(line, options)
  if (words.length > 0) throw new StartProblem(`"${words[0]}" is no option. See --help.`)
  return values
}

/** Of commands that also take words which are no options. */
export function parseOptionsAndWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  { argv }: CommandLine,
  options: Options,
) {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { ...commonOptions, ...options },
      allowPositionals: true,
    })
    return { values, words: positionals }
  } catch (error) {
    throw new StartProblem(`${mistakeOf(error)} See --help.`)
  }
}

type CommonValues = { home?: string; 'password-file'?: string; 'password-fd'?: string }

export function homeOf({ serverFile }: CommandLine, { home }: CommonValues): string {
  return home ?? dirname(serverFile)
}

export function passwordSources({ environment }: CommandLine, values: CommonValues): PasswordSources {
  const { stdin, stderr } = process
  return {
    passwordFile: values['password-file'],
    passwordFd: readFd('--password-fd', values['password-fd']),
    credentialsFolder: environment['CREDENTIALS_DIRECTORY'],
    terminal: stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined,
  }
}

/** Of `POSTERN_TRIAL_SECONDS`, which run.sh reads as well: how long a server file must be online to count as healthy (D34). */
export function trialSeconds({ environment }: CommandLine): number {
  const text = environment['POSTERN_TRIAL_SECONDS'] ?? ''
  if (text === '') return trialSecondsDefault
  if (!/^[1-9][0-9]{0,3}$/.test(text))
    throw new StartProblem(`POSTERN_TRIAL_SECONDS is "${text}", and should be a number from 1 to 9999.`)
  return Number(text)
}

export function readFd(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]{1,4}$/.test(text)) throw new StartProblem(`${option} takes a number, not "${text}".`)
  return Number(text)
}

/** What Node says of options goes on to advise words that no command here takes. */
function mistakeOf(error: unknown): string {
  const [sentence = ''] = errorText(error).split(/\. |\n/)
  return `${sentence.replace(/\.$/, '')}.`
}
