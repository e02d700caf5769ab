import type { TqlObject } from './tql-expression.ts'

/**
 * What others call what has another name here, too far from it in its letters for `nearestName`: STIX, MISP, SIEMs and SQL, in whose
 * words people write their first queries. A query in these words stays refused, so that each thing has one name in queries that are
 * kept. Only names that mean one thing stand here: `md5` is a value, `severity` might be rating or confidence.
 */
const keywords: Readonly<Partial<Record<TqlObject, ReadonlyMap<string, string>>>> = {
  indicator: new Map(
    ['md5', 'sha1', 'sha256', 'hash', 'ip', 'domain', 'url', 'value'].map((word) => [word, 'summary']),
  ),
}

const typeNames: Readonly<Partial<Record<TqlObject, ReadonlyMap<string, string>>>> = {
  indicator: new Map([
    ...['ip', 'ipv4', 'ipv6', 'ipaddress', 'ipv4addr', 'ipv6addr'].map((word) => [word, 'Address'] as const),
    ...['domain', 'domainname', 'hostname', 'fqdn'].map((word) => [word, 'Host'] as const),
    ...['hash', 'md5', 'sha1', 'sha256'].map((word) => [word, 'File'] as const),
    ...['network', 'subnet'].map((word) => [word, 'CIDR'] as const),
  ]),
  // STIX threat actors become adversaries (D26).
  group: new Map([['threatactor', 'Adversary']]),
}

/** The keyword that a word of other products means in a query about such objects. */
export function keywordByOtherName(object: TqlObject, word: string): string | undefined {
  return keywords[object]?.get(lettersOf(word))
}

/** The type that a word of other products means. */
export function typeByOtherName(object: TqlObject, word: string): string | undefined {
  return typeNames[object]?.get(lettersOf(word))
}

/** `threat-actor`, `Threat Actor` and `threat_actor` are one name. */
function lettersOf(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}
