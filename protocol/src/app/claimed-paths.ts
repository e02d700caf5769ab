import { PackageFault } from './package-fault.ts'

/** Paths of a package that are taken already, by how a file system without case, or with composed letters, would compare them. */
export class ClaimedPaths {
  readonly #claimed = new Map<string, { spelling: string; kind: 'file' | 'folder' }>()

  /**
   * Notes a path and its parents.
   * @throws PackageFault for a path that is there twice, in another case, or as file and folder at once
   */
  claim(segments: readonly string[], kind: 'file' | 'folder'): void {
    for (let length = 1; length <= segments.length; length += 1) {
      const spelling = segments.slice(0, length).join('/')
      const wanted = length < segments.length ? 'folder' : kind
      const known = this.#claimed.get(folded(spelling))
      if (known !== undefined && known.spelling !== spelling) {
        throw new PackageFault(
          `"${known.spelling}" and "${spelling}" differ only in case or composition, which not every file system tells apart.`,
        )
      }
      if (known !== undefined && (known.kind !== 'folder' || wanted !== 'folder')) {
        throw new PackageFault(`"${spelling}" is in it twice.`)
      }
      this.#claimed.set(folded(spelling), { spelling, kind: wanted })
    }
  }

  hasFile(spelling: string): boolean {
    const known = this.#claimed.get(folded(spelling))
    return known !== undefined && known.spelling === spelling && known.kind === 'file'
  }
}

/** By upper case first: letters such as the long s and the Kelvin sign have only that in common with their plain ones. */
function folded(spelling: string): string {
  return spelling.normalize('NFC').toUpperCase().toLowerCase()
}
