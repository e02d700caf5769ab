import type { FirewallList, LeftOutValue, ListFormat } from '@postern/protocol'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'

export const listFormatWords: Record<ListFormat, string> = {
  text: 'Text, a value a line',
  csv: 'CSV',
  json: 'JSON',
  'panos-ip': 'PAN-OS, IP',
  'panos-domain': 'PAN-OS, domain',
  'panos-url': 'PAN-OS, URL',
  'fortigate-ip': 'FortiGate, IP',
  'fortigate-domain': 'FortiGate, domain',
  'fortigate-hash': 'FortiGate, hash',
  'cisco-ip': 'Cisco, IP',
}

/** `tlpMax`: what a reader may have; for all readers together there is none. */
type LeftOut = Pick<FirewallList, 'leftOut'> & { tlpMax?: FirewallList['tlpMax'] }

/** Why a value is left out, as what is said of it. */
export function leftOutReasonWords(tlpMax?: FirewallList['tlpMax']): Record<LeftOutValue['reason'], string> {
  return {
    excluded: 'kept back by an exclusion list or a decision',
    inactive: 'not in force',
    tlp: `of a TLP above ${tlpMax ?? 'what a reader may have'}`,
    wide: 'wider than the list may have',
    format: 'that the format cannot say',
  }
}

/** What readers are not given of a version, by why; the most first. */
export function leftOutByReason({ leftOut, tlpMax }: LeftOut): [reason: string, count: number][] {
  const words = new Map<string, string>(Object.entries(leftOutReasonWords(tlpMax)))
  return Object.entries(leftOut)
    .filter(([, count]) => count > 0)
    .map(([reason, count]): [string, number] => [words.get(reason) ?? plainText(reason), count])
    .toSorted(([, a], [, b]) => b - a)
}

/** The same as a line; empty where nothing is left out. */
export function leftOutWords(of: LeftOut): string {
  const parts = leftOutByReason(of).map(([reason, count]) => `${formatCount(count)} ${reason}`)
  return parts.length === 0 ? '' : `Left out: ${parts.join(', ')}`
}
