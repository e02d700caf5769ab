import { type ExclusionHit, type ExclusionMatcher, escapeCopyField, keepsFromExports } from '@postern/intel'
import type { SentIndicator } from './read-indicator.ts'
import { notWanted, refusalCodes } from './refusal-codes.ts'
import type { RefusedItem } from './refused-item.ts'

/** What exclusion lists say of an item: refused, or its hits, one list a value at most, by the places of its values. */
export type JudgedIndicator =
  | { ok: false; refused: RefusedItem }
  | { ok: true; hits: readonly (readonly ExclusionHit[])[] }

const noHits: readonly (readonly ExclusionHit[])[] = []

/** Judges all values of an item (D25); a File one of whose hashes is blocked is refused as a whole. */
export function judgeIndicator(
  matcher: ExclusionMatcher | undefined,
  { type, values }: SentIndicator,
  summary: string,
): JudgedIndicator {
  if (matcher === undefined) return { ok: true, hits: noHits }
  let hits: (readonly ExclusionHit[])[] | undefined
  for (const [place, value] of values.entries()) {
    const ofValue = matcher.judge(type, value)
    if (ofValue.length === 0) continue
    const blocking = ofValue.find(({ list }) => list.mode === 'block' && list.atImport)
    if (blocking !== undefined) return blockedBy(blocking, type, summary)
    hits ??= values.map(() => [])
    hits[place] = ofValue
  }
  return { ok: true, hits: hits ?? noHits }
}

function blockedBy({ list, entry }: ExclusionHit, type: string, summary: string): JudgedIndicator {
  const reason = notWanted(type, summary, `The exclusion list ${list.name} blocks it, by its entry ${entry}.`)
  return { ok: false, refused: { type, summary, code: refusalCodes.indicator, reason } }
}

/** The hits of a row as lines of COPY into `sent_excluded`. @param id 32 hexadecimal digits */
export function excludedLines(id: string, hits: readonly ExclusionHit[]): string {
  return hits
    .map(({ list, entry }) => `${id}\t${list.id}\t${escapeCopyField(entry)}\t${keepsFromExports(list)}\n`)
    .join('')
}
