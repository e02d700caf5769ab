import { dirname } from 'node:path'
import { asUser } from './app-user.ts'
import type { Confinement } from './confinement.ts'
import { plainConfinement } from './plain-confinement.ts'
import { runLimited } from './run-and-report.ts'

/** Ends the environment on standard input, which stays open behind it as long as the server lives. */
const endOfEnvironment = '.'

/** Shells that do nothing but wait for the server's end. */
export const watchersOfServer = 1

/**
 * Takes the environment from standard input, since sudo drops it and other users read arguments; then becomes the command. What the
 * app makes is open to its group, which is the server too. The kernel tells no process of the end of another user's: a shell waits for
 * the end of the input instead, and ends all that runs as this user, since a lease may by then be another server's (D10).
 */
const takeEnvironment = [
  'umask 007',
  `while IFS= read -r line && [ "$line" != ${endOfEnvironment} ]; do eval "$line"; done`,
  // By another number: a shell takes standard input away from what it starts in the background.
  'exec 5<&0 </dev/null',
  `{ trap '' TERM; while read -r line; do :; done; kill -KILL -1; } <&5 >/dev/null 2>&1 3>&- 4>&- 5<&- &\nexec "$@" 5<&-`,
].join('; ')

/** As lines of sh, for that shell; nobody else can read them there. */
export function environmentInput(environment: Record<string, string>): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (/[\n\0]/.test(value)) throw new Error(`${name} would be more than one line of an environment`)
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'`
  })
  return `${[...lines, endOfEnvironment].join('\n')}\n`
}

/** A confinement whose whole scaffold runs as the request's user: whoever breaks out of it is still nobody's user (D39). */
export function userConfinement(inner: Confinement): Confinement {
  return {
    tier: inner.tier,
    name: inner.tier === 'isolated' ? `${inner.name}, as a user of its own` : inner.name,
    scaffoldDepth: inner.scaffoldDepth,
    asUser: true,
    seenPaths: inner.seenPaths,
    launch(request) {
      if (!request.user) throw new Error('An app that runs as a user of its own was given none.')
      const { command, arguments: argv, folder } = inner.launch(request)
      const [sudo = 'sudo', ...words] = asUser(request.user)
      return {
        command: sudo,
        arguments: [...words, '/bin/sh', '-c', takeEnvironment, 'postern', command, ...argv],
        folder,
        environmentBy: 'input',
      }
    },
  }
}

/** Tier `separate-user`, where there are no namespaces: another user id, no way to more rights, and limits that count it alone. */
export function separateUserConfinement(): Confinement {
  const plain = plainConfinement()
  return userConfinement({
    tier: 'separate-user',
    name: 'user ids alone',
    scaffoldDepth: 1,
    asUser: true,
    seenPaths: plain.seenPaths,
    launch: (request) => ({
      command: 'setpriv',
      arguments: [
        '--no-new-privs',
        '--',
        '/bin/sh',
        '-c',
        `cd "$0" && { ${runLimited(request, { countsUserAlone: true })}; }`,
        request.appFolder,
        request.runtime,
        ...request.runtimeArguments,
      ],
      folder: dirname(request.workFolder),
    }),
  })
}
