import { dirname } from 'node:path'
import { asUser } from './app-user.ts'
import type { Confinement } from './confinement.ts'
import { plainConfinement } from './plain-confinement.ts'
import { runLimited } from './run-and-report.ts'

/**
 * Takes the environment from standard input, since sudo drops it and other users read arguments; then becomes the command. What the
 * app makes is open to its group, which is the server too.
 */
const takeEnvironment = 'umask 007; eval "$(cat)"; exec "$@" </dev/null'

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
