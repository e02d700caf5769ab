import { stixId } from '@postern/intel'

const tlpGreen = 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da'
const author = stixId('identity', 'bench')
/** Of ten indicators so many are compared by one value; the last one says more than values can. */
const patterns: readonly ((number: number) => string)[] = [
  (number) => `[domain-name:value = 'host-${number}.example.com']`,
  (number) => `[ipv4-addr:value = '198.${18 + (number % 2)}.${(number >> 8) % 256}.${number % 256}']`,
  (number) => `[url:value = 'https://host-${number}.example.com/path/${number}?query=${number}']`,
  (number) => `[file:hashes.'SHA-256' = '${number.toString(16).padStart(64, 'a')}']`,
  (number) => `[file:hashes.MD5 = '${number.toString(16).padStart(32, 'b')}']`,
  (number) => `[domain-name:value = 'a-${number}.example.net']`,
  (number) => `[ipv4-addr:value = '203.0.${(number >> 8) % 256}.${number % 256}']`,
  (number) => `[domain-name:value = 'b-${number}.example.org'] OR [domain-name:value = 'c-${number}.example.org']`,
  (number) => `[email-addr:value = 'user-${number}@example.com']`,
  (number) =>
    `[file:name = 'x-${number}.exe' AND file:size > ${number}] FOLLOWEDBY [network-traffic:dst_port = 4444] WITHIN 300 SECONDS`,
]

/** A bundle as feeds send them: of ten objects seven are indicators, one a group and two relationships between them. */
export function sampleBundle(objectCount: number): Buffer {
  const objects: object[] = []
  for (let number = 0; objects.length < objectCount; number++) objects.push(sampleObject(number))
  const id = stixId('bundle', 'bench')
  return Buffer.from(JSON.stringify({ type: 'bundle', id, objects }))
}

function sampleObject(number: number): object {
  const place = number % 10
  if (place < 7) return indicator(number)
  if (place === 7) return malware(number)
  return relationship(number, indicatorId(number - place), malwareId(number - place + 7))
}

function common(type: string, number: number, id: string): object {
  const instant = instantOf(number)
  return {
    type,
    spec_version: '2.1',
    id,
    created_by_ref: author,
    created: instant,
    modified: instant,
    object_marking_refs: [tlpGreen],
  }
}

/** Each object was made a second after the one before. */
function instantOf(number: number): string {
  return new Date(Date.UTC(2026, 0, 15) + number * 1000).toISOString()
}

function indicatorId(number: number): string {
  return stixId('indicator', `bench ${number}`)
}

function malwareId(number: number): string {
  return stixId('malware', `bench ${number}`)
}

function indicator(number: number): object {
  // Indicators stand at seven of ten numbers: their patterns are counted among themselves.
  const pattern = patterns[(Math.floor(number / 10) * 7 + (number % 10)) % patterns.length]?.(number)
  return {
    ...common('indicator', number, indicatorId(number)),
    name: `Indicator ${number}`,
    description: 'Seen in a campaign against the energy sector; reported by a partner and checked by hand.',
    indicator_types: ['malicious-activity'],
    labels: ['botnet', `campaign-${number % 20}`],
    confidence: number % 101,
    pattern,
    pattern_type: 'stix',
    pattern_version: '2.1',
    valid_from: instantOf(number),
    valid_until: instantOf(number + 31_536_000),
    external_references: [{ source_name: 'report', url: `https://reports.example.com/${number}` }],
  }
}

function malware(number: number): object {
  return {
    ...common('malware', number, malwareId(number)),
    name: `Malware ${number}`,
    description: 'A loader that fetches its next stage over HTTPS and keeps itself in a scheduled task.',
    malware_types: ['downloader'],
    is_family: true,
    kill_chain_phases: [{ kill_chain_name: 'lockheed-martin-cyber-kill-chain', phase_name: 'delivery' }],
  }
}

function relationship(number: number, source: string, target: string): object {
  return {
    ...common('relationship', number, stixId('relationship', `bench ${number}`)),
    relationship_type: 'indicates',
    source_ref: source,
    target_ref: target,
  }
}
