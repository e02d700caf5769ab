import { canonicalFileHash, hashKindOf } from './file-hash.ts'

/** The hashes of one file, each in canonical form; those that are not known are absent. */
export interface FileHashes {
  md5?: string
  sha1?: string
  sha256?: string
}

/**
 * Takes a file's summary apart (`md5 : sha1 : sha256`). TcEx leaves missing hashes out without leaving their place, so each is
 * told by its length. Parts that are no hash, and a second hash of the same kind, are not in the result; compare
 * the number of parts where that must be noticed.
 */
export function splitFileSummary(summary: string): FileHashes {
  const hashes: FileHashes = {}
  for (const part of summary.split(':', partsMax)) {
    const hash = canonicalFileHash(part.trim())
    if (!hash.ok) continue
    const kind = hashKindOf(hash.value)
    if (kind) hashes[kind] ??= hash.value
  }
  return hashes
}

const partsMax = 8
