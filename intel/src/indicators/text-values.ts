import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/** Mutex, User Agent, Email Subject: kept as written, but for blanks at the ends and NFC. */
export function canonicalText(text: string): CanonicaliseResult {
  return { ok: true, value: text.normalize('NFC').trim() }
}

/** One word behind one `#`, which is added where it is missing. Letters keep their case, as ThreatConnect keeps them. */
export function canonicalHashtag(text: string): CanonicaliseResult {
  const word = text.normalize('NFC').replace(/^#/, '')
  if (!/^[^\s#]+$/.test(word)) {
    return refuse('hashtag-form', `${quoted(text)} is not a hashtag: one word without blanks behind one #.`)
  }
  return { ok: true, value: `#${word}` }
}
