import { stixDepthMax } from './bundle-limits.ts'

/** Where an object of a bundle stands among its bytes. */
export interface ObjectPlaces {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * Counts the depth of JSON text on its bytes, before anything is built from them (S14), and finds the objects in the list `objects` of
 * the outermost object. Undefined where it is too deep. Says nothing about whether it is JSON.
 */
export function locateObjects(json: Uint8Array): ObjectPlaces | undefined {
  let starts: number[] = []
  let ends: number[] = []
  let depth = 0
  let isInObjects = false
  let keyStart = 0
  let keyEnd = 0
  for (let at = 0; at < json.length; at++) {
    // Within bounds by the loop's condition.
    const byte = json[at]!
    if (byte === quote) {
      const start = at + 1
      at = endOfString(json, start)
      if (depth === 1) {
        keyStart = start
        keyEnd = at
      }
    } else if (byte < openBracket) continue
    else if (byte === openBracket || byte === openBrace) {
      if (depth === 1 && byte === openBracket) {
        isInObjects = isObjectsKey(json, keyStart, keyEnd)
        // Of a key that stands there twice, the later one counts, as for JSON.parse.
        if (isInObjects) [starts, ends] = [[], []]
      } else if (depth === 2 && isInObjects && byte === openBrace) starts.push(at)
      if (++depth > stixDepthMax) return undefined
    } else if (byte === closeBracket || byte === closeBrace) {
      depth--
      if (depth === 2 && isInObjects && byte === closeBrace) ends.push(at + 1)
      else if (depth === 1) isInObjects = false
    }
  }
  return { starts, ends }
}

/** Offset of the quote that ends a string, or of the end of the text where there is none. */
function endOfString(json: Uint8Array, from: number): number {
  for (let at = from; at < json.length; at++) {
    const byte = json[at]
    if (byte === quote) return at
    if (byte === backslash) at++
  }
  return json.length
}

function isObjectsKey(json: Uint8Array, start: number, end: number): boolean {
  if (end - start !== objectsKey.length) return false
  for (let index = 0; index < objectsKey.length; index++)
    if (json[start + index] !== objectsKey.charCodeAt(index)) return false
  return true
}

const objectsKey = 'objects'
const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
