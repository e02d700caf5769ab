const segmentBytesMax = 255
const depthMax = 32

/**
 * The path of a zip entry as its segments, or why it is refused. A package comes from a stranger even when it is signed: an
 * administrator may have vouched for it (D7).
 */
export function entrySegments(name: string): string[] | { refused: string } {
  if (name === '' || name.startsWith('/') || /^[A-Za-z]:/.test(name)) return { refused: 'an absolute path' }
  if (name.includes('\\')) return { refused: 'a backslash in a path' }
  // eslint-disable-next-line no-control-regex -- these are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(name)) return { refused: 'a control character in a path' }
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  if (segments.length > depthMax) return { refused: `folders nested deeper than ${depthMax}` }
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') return { refused: `the path segment "${segment}"` }
    if (Buffer.byteLength(segment) > segmentBytesMax) return { refused: 'a file name that is too long' }
  }
  return segments
}

/** Names that a file system without case, or with composed letters, would take for the same. */
export function foldedName(segments: readonly string[]): string {
  return segments.join('/').normalize('NFC').toLowerCase()
}
