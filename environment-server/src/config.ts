import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { PasswordSources } from './keychain/master-password.ts'
import { StartProblem } from './log/start-problem.ts'

export type Config = {
  home: string
  password: PasswordSources
  help: boolean
  version: boolean
  verbose: boolean
}

export const usage = `postern-envsvr: runs apps behind a firewall for a Postern hub; it only ever connects out.

  --home DIR            folder that holds .postern-envsvr (default: the folder of this file)
  --password-file FILE  file with the master password of the keychain, readable by its owner alone
  --password-fd N       file descriptor to read the master password from
  --verbose             log also how things happen
  --version, --help

Without a password option it takes the systemd credential "postern-envsvr", or asks on the terminal.
Stop it with Ctrl-C or shutdown.sh: running apps get 30 seconds to end.
`

/** Arguments and environment, read once. Every mistake is named with the option it is in. */
export function readConfig(argv: string[], environment: NodeJS.ProcessEnv, serverFile: string): Config {
  const values = parse(argv)
  const fd = values['password-fd']
  if (fd !== undefined && !/^[0-9]{1,4}$/.test(fd)) throw new StartProblem(`--password-fd takes a number, not "${fd}".`)
  const { stdin, stderr } = process
  return {
    home: values.home ?? dirname(serverFile),
    password: {
      passwordFile: values['password-file'],
      passwordFd: fd === undefined ? undefined : Number(fd),
      credentialsFolder: environment['CREDENTIALS_DIRECTORY'],
      terminal: stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined,
    },
    help: values.help,
    version: values.version,
    verbose: values.verbose,
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        home: { type: 'string' },
        'password-file': { type: 'string' },
        'password-fd': { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new StartProblem(`${error instanceof Error ? error.message : String(error)} See --help.`)
  }
}
