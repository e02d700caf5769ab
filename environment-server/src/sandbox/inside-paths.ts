import { basename, dirname } from 'node:path'
import type { LaunchRequest, SeenPaths } from './confinement.ts'
import { isWithin } from './mount-table.ts'

/** Where an isolated app finds things: short, the same on every machine, and silent about the host. */
export function insidePaths({ executionId, attempt, runtime, runtimeFolders }: LaunchRequest): SeenPaths {
  // TcEx takes its session id from the name of the folder around `in`.
  const execution = `/execution/${executionId.replace(/[^A-Za-z0-9_-]/g, '_')}-${attempt}`
  return {
    appFolder: '/app',
    folders: { in: `${execution}/in`, out: `${execution}/out`, log: `${execution}/log`, temp: '/tmp' },
    // An interpreter finds its library from where it lies.
    runtime: runtimeFolders.length > 0 ? runtime : ownRuntime(runtime),
    egressSocket: '/run/postern/egress.sock',
    certificatesFolder: '/run/postern/certificates',
    searchPath: `${runtimeFolders.length > 0 ? dirname(runtime) : '/run/postern/bin'}:/usr/local/bin:/usr/bin:/bin`,
  }
}

/** Where a binary that is all of a runtime is seen. */
export function ownRuntime(path: string): string {
  return `/run/postern/bin/${basename(path)}`
}

/** What is bound from the host into the sandbox, beside the system's folders, which `system` names. */
export function ownBinds(
  request: LaunchRequest,
  system: readonly string[],
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
    ...(request.runtimeFolders.length === 0 ? [bind(request.runtime, seen.runtime, false, false)] : []),
    ...(request.needsProxyPort && request.runtime !== process.execPath
      ? [bind(process.execPath, ownRuntime(process.execPath), false, false)]
      : []),
    ...request.runtimeFolders
      .filter((path) => !system.some((folder) => isWithin(path, folder)))
      .map((path) => bind(path, path, false, true)),
    bind(request.certificatesFolder, seen.certificatesFolder, false, true),
    bind(request.egressSocket, seen.egressSocket, false, false),
  ]
}
