import {
  type ExclusionMatching,
  exclusionLimits,
  isBroadExclusion,
  mistakeInExclusion,
  type IndicatorType,
  type MispWarningList,
  readExclusionEntry,
  readMispWarningList,
} from '@postern/intel'
import { type RefusedEntry, WriteExclusionEntries } from '@postern/protocol'
import { arrayLiteral } from '../database/copy/copy-row.ts'
import { storable } from '../database/storable.ts'
import { isWithinDepth } from '../batches/content/json-bounds.ts'
import { firstMistake } from '../lib/mistakes.ts'
import { uploadLimits } from './upload-limits.ts'

/** What was sent: a list as MISP publishes it, or the entries of a list of one's own. */
export type Upload = { kind: 'misp' } | { kind: 'entries'; types: readonly IndicatorType[] | null }

/** Entries in the shape in which they are written: the text of a text[] each, so that a million of them cross threads quickly. */
export type EntryPiece = { count: number; entries: string; notes: string }

export type ReadUpload = {
  /** Of MISP's lists only. */
  facts: Omit<MispWarningList, 'entries'> | undefined
  pieces: EntryPiece[]
  entryCount: number
  characterCount: number
  /** Entries that are looked for inside values. */
  patternCount: number
  refused: RefusedEntry[]
  refusedCount: number
  /** Entries of one's own that are hardly meant as broad as they are; the first ones. */
  broad: string[]
  /** Those that look like a slip, with its reason. */
  doubtful: RefusedEntry[]
  isConfirmed: boolean
}
export type UploadProblem = { tooLarge: boolean; message: string }

const pieceEntriesMax = 10_000
const depthMessage = 'The list is nested deeper than a list is.'

/** Reads an upload, each entry on its own. Pure, and so runs in a thread of its own as well as here. */
export function readUpload(json: Uint8Array, upload: Upload): ReadUpload | UploadProblem {
  if (!isWithinDepth(json)) return problem(depthMessage)
  const parsed = parse(json)
  if (parsed === undefined) return problem('The body is not JSON in UTF-8.')
  if (upload.kind === 'misp') {
    const read = readMispWarningList(parsed)
    if (!read.ok) return problem(read.reason)
    const { entries, ...facts } = read.list
    return readEntries(entries.map(asMispEntry), facts.matching, facts.types, facts)
  }
  const read = WriteExclusionEntries.safeParse(parsed)
  if (!read.success) return problem(`The entries are not right. ${firstMistake(read.error.issues)}`)
  const { entries, confirm = false } = read.data
  const own = readEntries(entries, 'value', upload.types, undefined)
  if ('message' in own) return own
  noteMistakes(own, entries, upload.types)
  const broad = entries.filter(({ entry }) => isBroadExclusion(entry, upload.types)).map(({ entry }) => entry.trim())
  return { ...own, broad: broad.slice(0, uploadLimits.refusedShownMax), isConfirmed: confirm }
}

/** Refuses what can hit nothing, and notes what looks like a slip. */
function noteMistakes(read: ReadUpload, entries: readonly SentEntry[], types: readonly IndicatorType[] | null): void {
  for (const [position, { entry }] of entries.entries()) {
    const mistake = mistakeInExclusion(entry, types)
    if (mistake?.kind === 'never') refuse(read, position, entry, mistake.reason)
    else if (mistake !== undefined && read.doubtful.length < uploadLimits.refusedShownMax)
      read.doubtful.push({ position, entry: shown(entry), reason: mistake.reason })
  }
}

function refuse(read: ReadUpload, position: number, entry: string, reason: string): void {
  read.refusedCount += 1
  if (read.refused.length < uploadLimits.refusedShownMax) read.refused.push({ position, entry: shown(entry), reason })
}

type SentEntry = { entry: string; note?: string | undefined }

/** Some lists have numbers among their texts. */
function asMispEntry(entry: unknown): SentEntry {
  return { entry: typeof entry === 'string' ? entry : String(JSON.stringify(entry)) }
}

function readEntries(
  sent: readonly SentEntry[],
  matching: ExclusionMatching,
  types: readonly IndicatorType[] | null,
  facts: ReadUpload['facts'],
): ReadUpload | UploadProblem {
  const { listEntriesMax } = exclusionLimits
  if (sent.length > listEntriesMax)
    return { tooLarge: true, message: `The list has ${sent.length} entries; ${listEntriesMax} are permitted.` }
  const read: ReadUpload = {
    facts,
    pieces: [],
    entryCount: 0,
    characterCount: 0,
    patternCount: 0,
    refused: [],
    refusedCount: 0,
    broad: [],
    doubtful: [],
    isConfirmed: false,
  }
  let taken: SentEntry[] = []
  for (const [position, each] of sent.entries()) {
    const entry = each.entry.trim()
    const judged = readExclusionEntry(matching, entry, types)
    if (!judged.ok) {
      refuse(read, position, each.entry, judged.reason)
      continue
    }
    const { kind } = judged.rule
    if (kind === 'wildcard' || kind === 'part' || kind === 'expression') read.patternCount += 1
    read.entryCount += 1
    read.characterCount += entry.length
    taken.push({ entry, note: each.note })
    if (taken.length === pieceEntriesMax) {
      read.pieces.push(piece(taken))
      taken = []
    }
  }
  if (taken.length > 0) read.pieces.push(piece(taken))
  return read
}

function piece(taken: readonly SentEntry[]): EntryPiece {
  return {
    count: taken.length,
    entries: arrayLiteral(taken.map(({ entry }) => entry)),
    notes: arrayLiteral(taken.map(({ note }) => storable(note ?? '').slice(0, uploadLimits.noteCharactersMax))),
  }
}

function shown(entry: string): string {
  return storable(entry.length > 200 ? `${entry.slice(0, 200)}…` : entry)
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)) as unknown
  } catch {
    return undefined // Said by the caller.
  }
}

function problem(message: string): UploadProblem {
  return { tooLarge: false, message }
}
