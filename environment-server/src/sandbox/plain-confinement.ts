import { dirname } from 'node:path'
import type { Confinement } from './confinement.ts'
import { runAndReport, scaffoldName } from './run-and-report.ts'

/** Tier `none`: a process group and a clean environment, and nothing that keeps the app from anything. */
export function plainConfinement(): Confinement {
  return {
    tier: 'none',
    name: 'no confinement',
    scaffoldDepth: 1,
    seenPaths: ({ appFolder, folders, runtime, egressSocket, certificatesFolder }) => ({
      appFolder,
      folders,
      runtime,
      egressSocket,
      certificatesFolder,
      searchPath: `${dirname(runtime)}:/usr/local/bin:/usr/bin:/bin`,
    }),
    launch: ({ appFolder, runtime, runtimeArguments }) => ({
      command: '/bin/sh',
      arguments: ['-c', `ulimit -c 0; ${runAndReport}`, scaffoldName, runtime, ...runtimeArguments],
      folder: appFolder,
    }),
  }
}
