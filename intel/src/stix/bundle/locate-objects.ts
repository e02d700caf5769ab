import { stixDepthMax } from './bundle-limits.ts'

/** Where an object of a bundle stands in its text. */
export interface ObjectPlaces {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * Counts the depth of JSON text before anything is built from it (S14), and finds the objects in the list `objects` of the outermost
 * object. Undefined where it is too deep. Says nothing about whether it is JSON. Strings, which are most of a bundle, are passed over by
 * a search for their end.
 */
export function locateObjects(json: string): ObjectPlaces | undefined {
  let starts: number[] = []
  let ends: number[] = []
  let depth = 0
  let isInObjects = false
  let keyStart = 0
  let keyEnd = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) {
      const start = at
      at = json.indexOf('"', at + 1)
      while (at !== -1 && json.charCodeAt(at - 1) === backslash && isEscaped(json, at)) at = json.indexOf('"', at + 1)
      // A string without an end is no JSON, as the parser will say.
      if (at === -1) break
      if (depth === 1) {
        keyStart = start + 1
        keyEnd = at
      }
    } else if (code < openBracket) continue
    else if (code === openBracket || code === openBrace) {
      if (depth === 1 && code === openBracket) {
        isInObjects = json.slice(keyStart, keyEnd) === 'objects'
        // Of a key that stands there twice, the later one counts, as for JSON.parse.
        if (isInObjects) [starts, ends] = [[], []]
      } else if (depth === 2 && isInObjects && code === openBrace) starts.push(at)
      if (++depth > stixDepthMax) return undefined
    } else if (code === closeBracket || code === closeBrace) {
      depth--
      if (depth === 2 && isInObjects && code === closeBrace) ends.push(at + 1)
      else if (depth === 1) isInObjects = false
    }
  }
  return { starts, ends }
}

/** A quote is escaped when an odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let first = at
  while (first > 0 && json.charCodeAt(first - 1) === backslash) first--
  return (at - first) % 2 === 1
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
