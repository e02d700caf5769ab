import { packageLimits } from './package-limits.ts'
import { PackageRefused } from './package-refused.ts'

/** The path of a zip entry as its segments (T18). Packages come from strangers, also those that somebody vouched for. */
export function entryPath(name: string): string[] {
  const shown = JSON.stringify(name.slice(0, 100))
  if (name === '') throw new PackageRefused('an entry has no name.')
  // eslint-disable-next-line no-control-regex -- these are what is refused.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name))
    throw new PackageRefused(`the name ${shown} holds a control character.`)
  if (name.includes('\\')) throw new PackageRefused(`the name ${shown} holds a backslash; separate folders by "/".`)
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) {
    throw new PackageRefused(`the name ${shown} is an absolute path; names begin with the app's folder.`)
  }
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  if (segments.includes('..')) throw new PackageRefused(`the name ${shown} leads out of its folder by "..".`)
  if (segments.includes('.') || segments.includes('')) {
    throw new PackageRefused(`the name ${shown} holds an empty segment or ".".`)
  }
  if (segments.length > packageLimits.pathDepthMax) {
    throw new PackageRefused(`${shown} is nested deeper than ${packageLimits.pathDepthMax} folders.`)
  }
  if (segments.some((segment) => Buffer.byteLength(segment) > packageLimits.pathSegmentBytesMax)) {
    throw new PackageRefused(`${shown} holds a file name of more than ${packageLimits.pathSegmentBytesMax} bytes.`)
  }
  return segments
}

/** The app's folder, which is its identity and becomes a folder on environment servers (S11). */
export function isProgramName(folder: string): boolean {
  return (
    folder.length <= packageLimits.programNameCharactersMax &&
    /^[A-Za-z0-9][A-Za-z0-9_.-]*_v\d+(?:\.\d+)*$/.test(folder)
  )
}

/** Names taken already, by how a file system without case, or with composed letters, would compare them. */
export class ClaimedPaths {
  readonly #claimed = new Map<string, { spelling: string; kind: 'file' | 'folder' }>()

  /** Notes a path and its parents. A path twice, in another case, or as file and folder at once is refused. */
  claim(segments: readonly string[], kind: 'file' | 'folder'): void {
    for (let length = 1; length <= segments.length; length += 1) {
      const spelling = segments.slice(0, length).join('/')
      const wanted = length < segments.length ? 'folder' : kind
      const folded = spelling.normalize('NFC').toLowerCase()
      const known = this.#claimed.get(folded)
      if (known !== undefined && known.spelling !== spelling) {
        throw new PackageRefused(
          `"${known.spelling}" and "${spelling}" differ only in case, which not every file system tells apart.`,
        )
      }
      if (known !== undefined && (known.kind !== 'folder' || wanted !== 'folder')) {
        throw new PackageRefused(`"${spelling}" is in it twice.`)
      }
      this.#claimed.set(folded, { spelling, kind: wanted })
    }
  }

  hasFile(spelling: string): boolean {
    const known = this.#claimed.get(spelling.normalize('NFC').toLowerCase())
    return known !== undefined && known.spelling === spelling && known.kind === 'file'
  }
}
