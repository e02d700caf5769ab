import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/** One MD5, SHA-1 or SHA-256, told apart by length, in lower case. A file with several hashes is several indicators (D2). */
export function canonicalFileHash(text: string): CanonicaliseResult {
  if (text.includes(':')) {
    return refuse('hash-several', `${quoted(text)} holds several hashes; each is an indicator of its own.`)
  }
  if (!hexadecimal.test(text)) {
    return refuse('hash-character', `${quoted(text)} is not a hash: it holds something other than hexadecimal digits.`)
  }
  if (hashKindOf(text) === undefined) {
    return refuse('hash-length', `The hash has ${text.length} digits; MD5 has 32, SHA-1 40 and SHA-256 64.`)
  }
  return { ok: true, value: text.toLowerCase() }
}

export type HashKind = 'md5' | 'sha1' | 'sha256'

/** Which kind of hash has this length; looks at nothing else. */
export function hashKindOf(hash: string): HashKind | undefined {
  if (hash.length === 32) return 'md5'
  if (hash.length === 40) return 'sha1'
  return hash.length === 64 ? 'sha256' : undefined
}

/** What people call that kind. */
export function hashNameOf(hash: string): 'MD5' | 'SHA-1' | 'SHA-256' | undefined {
  const kind = hashKindOf(hash)
  return kind && hashNames[kind]
}

const hashNames = { md5: 'MD5', sha1: 'SHA-1', sha256: 'SHA-256' } as const

const hexadecimal = /^[0-9a-f]+$/i
