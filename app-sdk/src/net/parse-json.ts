import { SourceUnreadable } from './source-errors.ts'

/** How deep the JSON of a stranger may be nested (S10). */
export const jsonDepthMax = 64

/**
 * Parses JSON from outside. Depth is counted before the parser sees it.
 * @param what names the text in the error, such as `the answer of GET https://…`.
 * @throws SourceUnreadable when it is not UTF-8, not JSON, or nested too deep.
 */
export function parseJson(bytes: Buffer, what: string): unknown {
  const text = decodeUtf8(bytes, what)
  if (isDeeperThan(text, jsonDepthMax))
    throw new SourceUnreadable(`${what} is nested deeper than ${jsonDepthMax} levels`)
  try {
    return JSON.parse(text)
  } catch {
    throw new SourceUnreadable(`${what} is not JSON`)
  }
}

function decodeUtf8(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SourceUnreadable(`${what} is not UTF-8`)
  }
}

function isDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > depthMax) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}
