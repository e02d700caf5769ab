import { canonicalise, readSimpleStixPattern } from '@postern/app-sdk'
import type { Value } from '@postern/app-sdk'

/**
 * What an AED takes (training notes of the vendor, unit 7): patterns of `ipv4-addr`, `domain-name` and `url`, and nothing else.
 * The reason is counted in plan and receipt (AED-2).
 * @param blocks whether blocks of IPv4 are sent too, which no public source promises that it takes.
 */
export function accepts(type: string, value: string, blocks: boolean): true | string {
  if (type === 'Host' || type === 'URL') return true
  if (type === 'Address') return value.includes(':') ? 'Address: AED takes no IPv6' : true
  if (type === 'CIDR' && blocks) return value.includes(':') ? 'CIDR: AED takes no IPv6' : true
  return reasons.get(type) ?? `${type}: AED takes IPv4 addresses, hosts and URLs`
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['File', 'File: AED takes no hashes'],
  ['EmailAddress', 'EmailAddress: AED takes no mail addresses'],
  ['CIDR', 'CIDR: blocks are not sent unless parameter blocks is on'],
])

/** The value of an indicator that the appliance holds; nothing where its pattern is not one comparison of a kind that we send. */
export function valueOfPattern(pattern: string): Value | undefined {
  const read = readSimpleStixPattern(pattern)
  return read === undefined ? undefined : ownValue(read.type, read.value)
}

/** The value of a row that names the STIX path instead of a pattern, as the appliance's own lists may. */
export function valueOfRow(path: string, value: string): Value | undefined {
  const type = typesByPath.get(path.replace(/:value$/, ''))
  return type === undefined ? undefined : ownValue(type === 'Address' && value.includes('/') ? 'CIDR' : type, value)
}

const typesByPath: ReadonlyMap<string, 'Address' | 'Host' | 'URL'> = new Map([
  ['ipv4-addr', 'Address'],
  ['domain-name', 'Host'],
  ['url', 'URL'],
])

function ownValue(type: Parameters<typeof canonicalise>[0], raw: string): Value | undefined {
  const canonical = canonicalise(type, raw)
  return canonical.ok && accepts(type, canonical.value, true) === true ? [type, canonical.value] : undefined
}
