import { posix } from 'node:path'
import { type Platform, shownName } from '@postern/protocol'
import { RuntimeRefused } from './runtime-refused.ts'
import type { TarEntry } from './tar-entries.ts'

/** The one folder that everything in the archive lies in, as Node.js names it. What runs on musl has another word at its end. */
const topFolder = /^node-v(\d{1,4}\.\d{1,4}\.\d{1,4})-(linux-(?:x64|arm64))$/

export type RuntimeTop = { folder: string; version: string; platform: Platform }

/** @throws RuntimeRefused where the archive is not one of Node.js for a platform of ours */
export function readRuntimeTop(folder: string): RuntimeTop {
  const [, version, platform] = topFolder.exec(folder) ?? []
  if (version === undefined || platform === undefined)
    throw new RuntimeRefused(
      `the folder in it is named ${shownName(folder)}. It is node-v<version>-linux-x64 or node-v<version>-linux-arm64 in what Node.js publishes.`,
    )
  // The pattern has no other.
  return { folder, version, platform: platform as Platform }
}

/** An entry's path as its segments. @throws RuntimeRefused for one that leads out of the archive, or a link that does */
export function runtimePath({ name, kind, target }: TarEntry): string[] {
  const segments = segmentsOf(name)
  if (segments === undefined) throw new RuntimeRefused(`the name ${shownName(name)} leads out of it, or is no path.`)
  if (kind === 'symbolic link' || kind === 'hard link') {
    // A hard link names an entry, a symbolic one goes from where it lies.
    const from = kind === 'hard link' ? '.' : posix.dirname(name)
    const led = target.startsWith('/') ? undefined : segmentsOf(posix.join(from, target))
    if (led === undefined || led[0] !== segments[0])
      throw new RuntimeRefused(`the link ${shownName(name)} leads out of it, to ${shownName(target)}.`)
  }
  return segments
}

/** Nothing for what could lead elsewhere. */
function segmentsOf(path: string): string[] | undefined {
  // eslint-disable-next-line no-control-regex -- no file of Node.js has one in its name.
  if (/[\u0000-\u001f\\]/.test(path)) return undefined
  const segments = path.replace(/\/$/, '').split('/')
  return segments.some((segment) => segment === '' || segment === '.' || segment === '..') ? undefined : segments
}
