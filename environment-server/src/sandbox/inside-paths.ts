import { basename } from 'node:path'
import type { LaunchRequest, SeenPaths } from './confinement.ts'

/** Where an isolated app finds things: short, the same on every machine, and silent about the host. */
export function insidePaths({ executionId, attempt, runtime }: LaunchRequest): SeenPaths {
  // TcEx takes its session id from the name of the folder around `in`.
  const execution = `/execution/${executionId.replace(/[^A-Za-z0-9_-]/g, '_')}-${attempt}`
  return {
    appFolder: '/app',
    folders: { in: `${execution}/in`, out: `${execution}/out`, log: `${execution}/log`, temp: '/tmp' },
    runtime: `/run/postern/bin/${basename(runtime)}`,
    egressSocket: '/run/postern/egress.sock',
    caFile: '/run/postern/hub-ca.pem',
    searchPath: '/run/postern/bin:/usr/local/bin:/usr/bin:/bin',
  }
}

/** What is bound from the host into the sandbox, beside the system's folders. */
export function ownBinds(
  request: LaunchRequest,
): { source: string; target: string; writable: boolean; folder: boolean }[] {
  const seen = insidePaths(request)
  const bind = (source: string, target: string, writable: boolean, folder: boolean) => ({
    source,
    target,
    writable,
    folder,
  })
  return [
    bind(request.appFolder, seen.appFolder, false, true),
    bind(request.folders.in, seen.folders.in, true, true),
    bind(request.folders.out, seen.folders.out, true, true),
    bind(request.folders.log, seen.folders.log, true, true),
    bind(request.folders.temp, seen.folders.temp, true, true),
    bind(request.runtime, seen.runtime, false, false),
    bind(request.caFile, seen.caFile, false, false),
    bind(request.egressSocket, seen.egressSocket, false, false),
  ]
}
