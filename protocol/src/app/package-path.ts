import { PackageFault } from './package-fault.ts'
import { packageLimits } from './package-limits.ts'

/**
 * The path of a zip entry as its segments. Packages come from strangers, also those that somebody vouched for (D7).
 * @throws PackageFault for every path that could lead elsewhere, that a screen would show as another, or that some file system
 * could not hold (S11)
 */
export function packagePath(name: string): string[] {
  const shown = shownName(name)
  if (name === '') throw new PackageFault('an entry has no name.')
  if (name.includes('\ufffd')) throw new PackageFault(`the name ${shown} is not UTF-8.`)
  // Controls, what has no width or turns the direction of writing, separators of lines, surrogates without their partner.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) {
    throw new PackageFault(`the name ${shown} holds a control character.`)
  }
  if (name.includes('\\')) throw new PackageFault(`the name ${shown} holds a backslash; separate folders by "/".`)
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) {
    throw new PackageFault(`the name ${shown} is an absolute path; names begin with the app's folder.`)
  }
  if (new TextEncoder().encode(name).length > packageLimits.pathBytesMax) {
    throw new PackageFault(`the path ${shown} has more than ${packageLimits.pathBytesMax} bytes.`)
  }
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  if (segments.includes('..')) throw new PackageFault(`the name ${shown} leads out of its folder by "..".`)
  if (segments.includes('.') || segments.includes('')) {
    throw new PackageFault(`the name ${shown} holds an empty segment or ".".`)
  }
  if (segments.length > packageLimits.pathDepthMax) {
    throw new PackageFault(`${shown} is nested deeper than ${packageLimits.pathDepthMax} folders.`)
  }
  for (const segment of segments) requireFileName(segment, shown)
  return segments
}

function requireFileName(segment: string, shown: string): void {
  if (new TextEncoder().encode(segment).length > packageLimits.pathSegmentBytesMax) {
    throw new PackageFault(`${shown} holds a file name of more than ${packageLimits.pathSegmentBytesMax} bytes.`)
  }
  // Packages are read on desks as well: Windows opens a device by these names, and drops a dot or a blank at the end.
  if (/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i.test(segment)) {
    throw new PackageFault(`the name ${shown} is that of a device on Windows.`)
  }
  if (/[. ]$/.test(segment)) {
    throw new PackageFault(`the name ${shown} ends a segment with a dot or a blank, which Windows drops.`)
  }
}

/** A name as messages show it: short, in quotation marks, with what acts written as escapes. */
export function shownName(name: string): string {
  return JSON.stringify(name.slice(0, 100)).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Whether a package's one top folder, which is the app's identity and becomes a folder on environment servers, is so named (S11). */
export function isProgramName(folder: string): boolean {
  return (
    folder.length <= packageLimits.programNameCharactersMax &&
    /^[A-Za-z0-9][A-Za-z0-9_.-]*_v\d+(?:\.\d+)*$/.test(folder)
  )
}
