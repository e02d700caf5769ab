import type { IndicatorType } from '../indicators/indicator-types.ts'
import { stixPatternLengthMax } from './pattern/pattern-limits.ts'

/** What a simple pattern says. The value is unescaped but not canonical yet: canonicalise it. */
export interface PatternValue {
  readonly type: IndicatorType
  readonly value: string
}

/**
 * Reads `[object:path = 'value']`, what nearly every indicator of nearly every feed holds; the inverse of `stixPattern`.
 * `undefined` for everything else (AND, OR, MATCHES, several observations, qualifiers, other paths), which the full grammar reads,
 * and for patterns above 10 KB (S14).
 */
export function readSimpleStixPattern(pattern: string): PatternValue | undefined {
  if (pattern.length > stixPatternLengthMax) return undefined
  return readPlain(pattern) ?? readSpaced(pattern)
}

/** As nearly all producers write it: `[path = 'value']`, each blank in its place and nothing escaped. Found without an expression. */
function readPlain(pattern: string): PatternValue | undefined {
  const pathEnd = pattern.indexOf(" = '")
  if (pathEnd < 0 || pattern.charCodeAt(0) !== openBracket || !pattern.endsWith("']")) return undefined
  const type = textPaths.get(pattern.slice(1, pathEnd))
  const start = pathEnd + 4
  const end = pattern.length - 2
  if (type === undefined || end < start || pattern.indexOf("'", start) !== end) return undefined
  const value = pattern.slice(start, end)
  return value.includes('\\') ? undefined : { type: typeOfText(type, value), value }
}

function readSpaced(pattern: string): PatternValue | undefined {
  const head = comparisonHead.exec(pattern)
  if (!head) return undefined
  const [all, path = ''] = head
  const start = all.length
  const quote = pattern.charCodeAt(start)
  return quote === apostrophe ? readText(pattern, path, start + 1) : readNumber(pattern, path, start)
}

function readText(pattern: string, path: string, start: number): PatternValue | undefined {
  let end = start
  let isEscaped = false
  for (; end < pattern.length; end++) {
    const code = pattern.charCodeAt(end)
    if (code === apostrophe) break
    if (code !== backslash) continue
    // The grammar permits \' and \\ and no other escape.
    const next = pattern.charCodeAt(end + 1)
    if (next !== apostrophe && next !== backslash) return undefined
    isEscaped = true
    end++
  }
  if (!patternTail.test(pattern.slice(end + 1)) || end >= pattern.length) return undefined
  const literal = pattern.slice(start, end)
  const value = isEscaped ? literal.replace(/\\(['\\])/g, '$1') : literal
  const type = textPaths.get(path) ?? textPaths.get(foldedPath(path))
  if (!type) return undefined
  return { type: typeOfText(type, value), value }
}

function typeOfText(type: IndicatorType, value: string): IndicatorType {
  return type === 'Address' && value.includes('/') ? 'CIDR' : type
}

function readNumber(pattern: string, path: string, start: number): PatternValue | undefined {
  if (path !== 'autonomous-system:number') return undefined
  const number = numberAndTail.exec(pattern.slice(start))?.[1]
  return number === undefined ? undefined : { type: 'ASN', value: `ASN${number}` }
}

/** The type of indicator whose value stands at an object path; undefined where there is none. */
export function simplePathType(path: string): IndicatorType | undefined {
  return path === 'autonomous-system:number' ? 'ASN' : (textPaths.get(path) ?? textPaths.get(foldedPath(path)))
}

/** Producers write `hashes.'SHA-256'`, `hashes."SHA-256"`, `hashes.SHA256` and `hashes.sha256`; all mean the same. */
function foldedPath(path: string): string {
  if (!path.startsWith('file:hashes.')) return path
  return path
    .toLowerCase()
    .replace(/['"]/g, '')
    .replace(/sha-(\d)/, 'sha$1')
}

const apostrophe = 0x27
const openBracket = 0x5b
const backslash = 0x5c
const comparisonHead = /^\s*\[\s*([a-z0-9-]+:[\w.'"-]+)\s*==?\s*/i
const patternTail = /^\s*\]\s*$/
const numberAndTail = /^(\d{1,10})\s*\]\s*$/
const textPaths: ReadonlyMap<string, IndicatorType> = new Map<string, IndicatorType>([
  ['ipv4-addr:value', 'Address'],
  ['ipv6-addr:value', 'Address'],
  ['domain-name:value', 'Host'],
  ['url:value', 'URL'],
  ['email-addr:value', 'EmailAddress'],
  ['file:hashes.md5', 'File'],
  ['file:hashes.sha1', 'File'],
  ['file:hashes.sha256', 'File'],
  // As the standard writes them, so that most are found without being folded.
  ['file:hashes.MD5', 'File'],
  ["file:hashes.'SHA-1'", 'File'],
  ["file:hashes.'SHA-256'", 'File'],
  ['mutex:name', 'Mutex'],
  ['windows-registry-key:key', 'Registry Key'],
  ['email-message:subject', 'Email Subject'],
  ["network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", 'User Agent'],
])
