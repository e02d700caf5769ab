import { indicatorTypeFacts, indicatorTypes, type IndicatorType } from '@postern/intel'
import type { IndicatorTypeEntry, IndicatorTypesAnswer } from '@postern/protocol'

/** The types that TcEx has classes for; it builds classes for all others from their value labels. */
const builtIn: ReadonlySet<IndicatorType> = new Set(['Address', 'EmailAddress', 'File', 'Host', 'URL'])
const selectableTypes = ['Key Type']

/** What TcEx asks before its first batch; without it the app dies. */
export const indicatorTypesAnswer: IndicatorTypesAnswer = {
  status: 'Success',
  data: { resultCount: indicatorTypes.length, indicatorType: indicatorTypes.map(entry) },
}

function entry(type: IndicatorType): IndicatorTypeEntry {
  const { apiBranch, valueFields } = indicatorTypeFacts[type]
  const base = { name: type, parsable: 'true' as const, apiBranch, apiEntity: apiEntity(type) }
  if (builtIn.has(type)) return { ...base, custom: 'false' }
  const [first, second, third] = valueFields
  return {
    ...base,
    custom: 'true',
    casePreference: 'sensitive',
    value1Label: first ?? type,
    value1Type: 'text',
    ...(second === undefined ? {} : { value2Label: second, value2Type: 'text' }),
    ...(third === undefined
      ? {}
      : { value3Label: third, value3Type: selectableTypes.includes(third) ? 'selectone' : 'text' }),
  }
}

/** `Email Subject` → `emailSubject`, `URL` → `url`. */
function apiEntity(type: IndicatorType): string {
  if (/^[A-Z]+$/.test(type)) return type === 'CIDR' ? 'cidrBlock' : type.toLowerCase()
  const joined = type.replaceAll(' ', '')
  return joined.charAt(0).toLowerCase() + joined.slice(1)
}
