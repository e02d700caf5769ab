import { escapeStixPatternString } from '../escape/stix-pattern-string.ts'
import type { IndicatorType } from '../indicators/indicator-types.ts'
import { stixPattern } from './stix-pattern.ts'

/**
 * A STIX pattern for any canonical value. Where `stixPattern` has no simple one: a Registry Key with a value name is a comparison of the
 * key and one or two of its values; a Hashtag, for which STIX has no object, is one of ours. A block of one address would read as that
 * address.
 */
export function indicatorPattern(type: IndicatorType, value: string): string {
  if (type === 'CIDR' && /(?:^[^:]+\/32|:.*\/128)$/.test(value))
    return `[${value.includes(':') ? 'ipv6' : 'ipv4'}-addr:value ISSUBSET '${value}']`
  return stixPattern(type, value) ?? (type === 'Registry Key' ? registryPattern(value) : hashtagPattern(value))
}

/** Object path of what STIX has no object for. */
export const hashtagPath = 'x-postern-hashtag:value'

function hashtagPattern(value: string): string {
  return `[${hashtagPath} = '${escapeStixPatternString(value)}']`
}

/** A value name may itself hold « : »; the type of the value is what stands behind the last one, where it looks like a type. */
function registryPattern(value: string): string {
  const first = value.indexOf(separator)
  const last = value.lastIndexOf(separator)
  const dataType = last >= first + separator.length ? value.slice(last + separator.length) : ''
  const isTyped = dataType.startsWith('REG_')
  const name = value.slice(first + separator.length, isTyped ? last : undefined)
  return `[${comparison('key', value.slice(0, first))} AND ${comparison('values[*].name', name)}${
    isTyped ? ` AND ${comparison('values[*].data_type', dataType)}` : ''
  }]`
}

function comparison(property: string, text: string): string {
  return `windows-registry-key:${property} = '${escapeStixPatternString(text)}'`
}

const separator = ' : '
