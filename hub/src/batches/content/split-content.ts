import { BatchContent } from '@postern/protocol'
import { endOfString, jsonDepthMax } from './json-bounds.ts'

/** The items of one list of a content, not built yet. */
export type ContentList = {
  count: number
  /** Builds a few at a time, so that most are gone again before the last are there. @throws SyntaxError if one is no JSON */
  items(): Generator<unknown, void, undefined>
}

const listNames = ['group', 'indicator', 'association'] as const
type ListName = (typeof listNames)[number]

export type SplitContent = { kind: 'split' } & Record<ListName, ContentList>
export type Unsplit = { kind: 'too-deep' } | { kind: 'no-content' }

/**
 * Finds the items of a batch's content in its bytes, before anything is built from them: all at once they take many times the room
 * of their text. What it says of the rest, and its lists of their items, is together what JSON.parse and the schema say of the whole.
 */
export function splitContent(json: Uint8Array): SplitContent | Unsplit {
  const found = findLists(json)
  if (found === undefined) return { kind: 'too-deep' }
  if (!isContent(withoutItems(json, [...found.values()]))) return { kind: 'no-content' }
  const list = (name: ListName) => toList(json, found.get(name))
  return { kind: 'split', group: list('group'), indicator: list('indicator'), association: list('association') }
}

/** Offsets of a list behind its opening bracket and at its closing one, of commas where it is cut, and how many commas it has. */
type Found = { from: number; to: number; cuts: number[]; commas: number }

/** Bytes of items that are built at once; the last of them may go beyond. */
const pieceBytes = 32_768

const quote = 0x22
const comma = 0x2c
const openingBracket = 0x5b
const closingBracket = 0x5d
const openingBrace = 0x7b
const closingBrace = 0x7d

/**
 * Goes through text that may be no JSON at all: what it finds in JSON is right. Of a list that is there twice the last counts.
 * @returns undefined if the text is nested too deep (S14)
 */
function findLists(json: Uint8Array): Map<ListName, Found> | undefined {
  const lists = new Map<ListName, Found>()
  let depth = 0
  let name: ListName | undefined
  let list: Found | undefined
  let pieceFrom = 0
  for (let at = 0; at < json.length; at++) {
    // Within bounds by the loop's condition.
    const byte = json[at]!
    if (byte === quote) {
      const end = endOfString(json, at + 1)
      if (depth === 1) name = listNameAt(json, at, end)
      at = end
    } else if (byte === comma) {
      if (depth !== 2 || list === undefined) continue
      list.commas += 1
      if (at - pieceFrom < pieceBytes) continue
      list.cuts.push(at)
      pieceFrom = at
    } else if (byte < openingBracket) continue
    else if (byte === openingBracket || byte === openingBrace) {
      depth += 1
      if (depth > jsonDepthMax) return undefined
      if (depth !== 2 || byte === openingBrace || name === undefined) continue
      list = { from: at + 1, to: at + 1, cuts: [], commas: 0 }
      pieceFrom = at
    } else if (byte === closingBracket || byte === closingBrace) {
      depth -= 1
      if (depth !== 1 || list === undefined || name === undefined) continue
      lists.set(name, { ...list, to: at })
      list = undefined
    }
  }
  return lists
}

/** Names may be written with escapes; a long one is none of ours. */
const nameBytesMax = 80

function listNameAt(json: Uint8Array, from: number, to: number): ListName | undefined {
  if (to - from > nameBytesMax) return undefined
  const text = textOf(json, from, to + 1)
  const plain = listNames.find((name) => text === `"${name}"`)
  if (plain !== undefined || !text.includes('\\')) return plain
  try {
    const name: unknown = JSON.parse(text)
    return listNames.find((each) => each === name)
  } catch {
    return undefined // Said by whoever parses the rest, of which it is a part.
  }
}

function withoutItems(json: Uint8Array, lists: readonly Found[]): string {
  let text = ''
  let from = 0
  for (const list of lists.toSorted((one, other) => one.from - other.from)) {
    text += textOf(json, from, list.from)
    from = list.to
  }
  return text + textOf(json, from, json.length)
}

function isContent(text: string): boolean {
  try {
    return BatchContent.safeParse(JSON.parse(text.replace(/^\ufeff/, ''))).success
  } catch {
    return false
  }
}

function toList(json: Uint8Array, found: Found | undefined): ContentList {
  if (found === undefined || json.subarray(found.from, found.to).every(isBlank)) return { count: 0, *items() {} }
  return { count: found.commas + 1, items: () => itemsOf(json, found) }
}

function* itemsOf(json: Uint8Array, { from, to, cuts }: Found): Generator<unknown, void, undefined> {
  let start = from
  for (const end of [...cuts, to]) {
    const piece: unknown = JSON.parse(`[${textOf(json, start, end)}]`)
    if (!Array.isArray(piece) || piece.length === 0) throw new SyntaxError('a comma without an item')
    yield* piece
    start = end + 1
  }
}

/** RFC 8259, 2. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function textOf(json: Uint8Array, from: number, to: number): string {
  return decoder.decode(json.subarray(from, to))
}

/** Of pieces of a text: what stands at the beginning of one is no mark of the whole. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
