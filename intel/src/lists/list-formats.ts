import { escapeAddressEntry, escapeCiscoAddressEntry } from '../escape/address-entry.ts'
import { escapeCsvValue } from '../escape/csv-value.ts'
import { escapeDomainEntry } from '../escape/domain-entry.ts'
import { escapeHashEntry } from '../escape/hash-entry.ts'
import { escapePanosUrl, escapePanosUrlHost } from '../escape/panos-url.ts'
import { escapeTextList } from '../escape/text-list.ts'
import { type IndicatorType, indicatorTypes } from '../indicators/indicator-types.ts'

/** How a list that firewalls fetch is written; the vendors' rules and where they stand: docs/operating/firewall-lists.md. */
export interface ListFormatFacts {
  /** Types of which the format can say at least some values. */
  readonly types: readonly IndicatorType[]
  readonly mediaType: string
  /** What stands before all values, between two of them, behind each, and behind all. */
  readonly start: string
  readonly between: string
  readonly after: string
  readonly end: string
  /** A value as it stands in the list; `undefined` where the format cannot say it: leave it out and count it, never change it (S6). */
  entry(type: string, value: string): string | undefined
}

const text = 'text/plain; charset=utf-8'
const lines = { mediaType: text, start: '', between: '', after: '\n', end: '' } as const
const networks = ['Address', 'CIDR'] as const
const byValue = (escape: (value: string) => string | undefined) => (_type: string, value: string) => escape(value)
const addresses: ListFormatFacts = { ...lines, types: networks, entry: byValue(escapeAddressEntry) }
const domains: ListFormatFacts = { ...lines, types: ['Host'], entry: byValue(escapeDomainEntry) }

/** Every format by its name in the API (`ListFormat` of protocol). */
export const listFormatFacts = {
  text: { ...lines, types: indicatorTypes, entry: byValue(escapeTextList) },
  csv: {
    types: indicatorTypes,
    mediaType: 'text/csv; charset=utf-8; header=present',
    start: 'type,value\r\n',
    between: '',
    after: '\r\n',
    end: '',
    entry(type, value) {
      const field = escapeCsvValue(value)
      return field === undefined ? undefined : `${type},${field}`
    },
  },
  json: {
    types: indicatorTypes,
    mediaType: 'application/json; charset=utf-8',
    start: '[\n',
    between: ',\n',
    after: '',
    end: '\n]\n',
    entry: (type, value) => (value.isWellFormed() ? JSON.stringify({ type, value }) : undefined),
  },
  'panos-ip': addresses,
  'panos-domain': domains,
  'panos-url': {
    ...lines,
    types: ['URL', 'Host', 'Address'],
    entry: (type, value) => (type === 'URL' ? escapePanosUrl(value) : escapePanosUrlHost(value)),
  },
  'fortigate-ip': addresses,
  'fortigate-domain': domains,
  'fortigate-hash': { ...lines, types: ['File'], entry: byValue(escapeHashEntry) },
  'cisco-ip': { ...lines, types: networks, entry: byValue(escapeCiscoAddressEntry) },
} as const satisfies Readonly<Record<string, ListFormatFacts>>

export type ListFormatName = keyof typeof listFormatFacts
