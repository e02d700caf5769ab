import { parse } from 'tldts'
import { canonicalise } from '../indicators/canonicalise.ts'
import type { IndicatorType } from '../indicators/indicator-types.ts'
import { quoted } from '../indicators/refusal.ts'
import { readExclusionEntry } from './exclusion-rule.ts'

/** What is wrong with an entry that can be read. */
export interface ExclusionMistake {
  /**
   * - `never`: it hits no value of the types that the list judges.
   * - `doubtful`: it looks like a host, a network or the like and is none, so that only a text of the same words would be hit.
   */
  readonly kind: 'never' | 'doubtful'
  /** A sentence. */
  readonly reason: string
}

type Types = readonly IndicatorType[] | null

/**
 * Whether an entry of a list of one's own is hardly what was meant: a blank inside a host name, a network that is none, two values in one
 * entry. Never throws, whatever the text.
 * @param types the types that the list judges; null for every one
 * @returns undefined for an entry that may be meant, and for one that is refused anyway (`readExclusionEntry`)
 */
export function mistakeInExclusion(entry: string, types: Types): ExclusionMistake | undefined {
  const text = entry.trim()
  const read = readExclusionEntry('value', text, types)
  if (!read.ok) return undefined
  switch (read.rule.kind) {
    case 'domain':
      if (judgesSome(types, typesWithHost)) return undefined
      return never(`${quoted(text)} is a domain, and the list judges nothing that has one.`)
    case 'wildcard':
      return mistakeInWildcard(text, types)
    case 'exact':
      return mistakeInValue(text, types)
    default:
      return undefined
  }
}

const typesWithHost: readonly IndicatorType[] = ['Host', 'URL', 'EmailAddress']
/** Their values may have blanks. */
const typesOfText: readonly IndicatorType[] = ['Email Subject', 'Mutex', 'Registry Key', 'User Agent']

function mistakeInWildcard(text: string, types: Types): ExclusionMistake | undefined {
  if (!/\s/.test(text)) return undefined
  if (!judgesSome(types, typesOfText))
    return never(`${quoted(text)} holds a blank, which no value of the list's types has.`)
  const isOfHost = text.startsWith('*.') && judgesSome(types, typesWithHost)
  return isOfHost ? doubtful(`${quoted(text)} holds a blank, which no host name has.`) : undefined
}

function mistakeInValue(text: string, types: Types): ExclusionMistake | undefined {
  // Among all types there is always one of free text.
  const isOfList = types === null || types.some((type) => canBe(type, text))
  const slip = slipIn(text, types)
  if (isOfList) return slip === undefined ? undefined : doubtful(slip)
  return never(slip ?? `${quoted(text)} is no value of the types that the list judges.`)
}

/** URLs and e-mail addresses are judged by what they are at, too. */
function canBe(type: IndicatorType, text: string): boolean {
  if (canonicalise(type, text).ok) return true
  if (type !== 'URL' && type !== 'EmailAddress') return false
  return canonicalise('Host', text).ok || canonicalise('Address', text).ok
}

/** What a text looks like of these types and is not. */
function slipIn(text: string, types: Types): string | undefined {
  const looked = looks.find(([shape, type]) => shape.test(text) && judgesSome(types, [type]))
  if (looked !== undefined) {
    const read = canonicalise(looked[1], text)
    return read.ok ? undefined : read.message
  }
  if (!judgesSome(types, valueTypes)) return undefined
  if (isRange(text)) return `${quoted(text)} is a range; write it as networks, each an entry of its own.`
  const parts = text.split(separators).filter((part) => part !== '')
  if (parts.length > 0 && parts[0] !== text && parts.every(isValue))
    return `${quoted(text)} holds more than a value; write each as an entry of its own, without quotes and commas.`
  if (judgesSome(types, typesWithHost) && isHostWithBlank(text))
    return `${quoted(text)} holds a blank, which no host name has.`
  return undefined
}

/** The first that fits decides. None of them starts again for any text. */
const looks: readonly (readonly [RegExp, IndicatorType])[] = [
  [/^[a-z][a-z0-9+.-]*:\/\//i, 'URL'],
  [/^[^\s@\\]+@[^\s@\\]+\.[^\s@\\.]+$/, 'EmailAddress'],
  [/^[0-9.]+\/\d+$/, 'CIDR'],
  [/^[0-9a-f]{1,4}:[0-9a-f:.]*\/\d+$/i, 'CIDR'],
  [/^\d+\.\d+\.\d+\.\d+$/, 'Address'],
  [/^[0-9a-f]{1,4}:[0-9a-f]{0,4}:[0-9a-f:.]*$/i, 'Address'],
  [/^[0-9a-f]{30,130}$/i, 'File'],
  [/^[^\s#\\/:@,;]+\.[a-z]{2,24}\.?$/i, 'Host'],
]

const separators = /[\s,;"'<>]+/

const valueTypes: readonly IndicatorType[] = ['Address', 'CIDR', 'EmailAddress', 'Host', 'URL']

function isValue(text: string): boolean {
  return valueTypes.some((type) => canonicalise(type, text).ok)
}

function isRange(text: string): boolean {
  const [first, last, ...more] = text.split('-').map((end) => end.trim())
  if (first === undefined || last === undefined || more.length > 0) return false
  return canonicalise('Address', first).ok && canonicalise('Address', last).ok
}

/** One blank, without which it is a host below a suffix that people register names under. */
function isHostWithBlank(text: string): boolean {
  const [first, second, ...more] = text.split(/\s+/)
  if (first === undefined || second === undefined || more.length > 0) return false
  const host = canonicalise('Host', first + second)
  return host.ok && parse(host.value, { extractHostname: false, validateHostname: false }).isIcann === true
}

function judgesSome(types: Types, some: readonly IndicatorType[]): boolean {
  return types === null || some.some((type) => types.includes(type))
}

function never(reason: string): ExclusionMistake {
  return { kind: 'never', reason }
}

function doubtful(reason: string): ExclusionMistake {
  return { kind: 'doubtful', reason }
}
