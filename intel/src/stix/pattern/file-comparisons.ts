import { canonicalFileHash } from '../../indicators/file-hash.ts'
import { simplePathType } from '../read-simple-stix-pattern.ts'
import type { ComparisonExpression } from './pattern-tree.ts'

/** One file that comparisons of one observation describe together. */
export interface ComparedFile {
  /** One to three, of different kinds, MD5 first: together a file's summary (D2). */
  readonly hashes: readonly string[]
  /** Paths of what the library has no place for, such as `file:name`. */
  readonly unmapped: readonly string[]
}

/**
 * The file that comparisons joined by AND describe: comparisons of one observation are about one object (STIX 2.1, 9.4), and its hashes
 * alone say which file it is, whatever its name. Undefined where they are more than that: of other objects, other than `=`, without a hash,
 * or with two of one kind.
 */
export function comparedFile(parts: readonly ComparisonExpression[]): ComparedFile | undefined {
  /** By their length, which is that of their kind. */
  const hashes = new Map<number, string>()
  const unmapped: string[] = []
  for (const part of parts) {
    if (part.kind !== 'comparison' || part.negated || part.operator !== '=' || !part.path.startsWith('file:'))
      return undefined
    if (simplePathType(part.path) !== 'File') {
      unmapped.push(part.path)
      continue
    }
    const [constant] = part.constants
    const hash = canonicalFileHash(constant?.kind === 'string' ? constant.text.trim() : '')
    if (!hash.ok || hashes.has(hash.value.length)) return undefined
    hashes.set(hash.value.length, hash.value)
  }
  if (hashes.size === 0) return undefined
  return { hashes: [...hashes.values()].toSorted((a, b) => a.length - b.length), unmapped }
}
