import { createHash } from 'node:crypto'
import type { IndicatorType } from '@postern/intel'

/** What the goals speak of. */
export const sampleSize = { indicators: 100_000, batchItems: 10_000, tags: 2 } as const

export type SampleIndicator = {
  type: IndicatorType
  summary: string
  rating: number
  confidence: number
  firstSeen: string
  lastSeen: string
  tags: string[]
}

/** Tags of a feed are few: malware families, campaigns, kinds. */
const tagNames = 200

/** A feed's indicators, always the same: hosts, addresses, URLs and SHA-256 hashes in equal parts, all canonical and all different. */
export function sampleIndicators(count: number, first = 0): SampleIndicator[] {
  return Array.from({ length: count }, (_, place) => {
    const number = first + place
    const random = createHash('sha256').update(`indicator ${number}`).digest()
    const day = `2026-0${1 + (random[0]! % 9)}-${10 + (random[1]! % 18)}`
    return {
      ...valueOf(number, random.toString('hex')),
      rating: random[2]! % 6,
      confidence: random[3]! % 101,
      firstSeen: `${day}T08:00:00Z`,
      lastSeen: `${day}T17:30:00Z`,
      tags: [`family-${random.readUInt16BE(4) % tagNames}`, `campaign-${random.readUInt16BE(6) % tagNames}`],
    }
  })
}

/** The number makes it unlike all others, the hash lets it lie anywhere in an index. */
function valueOf(number: number, hex: string): { type: IndicatorType; summary: string } {
  const host = `${hex.slice(0, 8)}-${number}.example.com`
  switch (number % 4) {
    case 0:
      return { type: 'Host', summary: host }
    case 1:
      return { type: 'Address', summary: `198.${18 + (number >> 17)}.${(number >> 9) & 0xff}.${(number >> 1) & 0xff}` }
    case 2:
      return { type: 'URL', summary: `https://${host}/${hex.slice(8, 24)}/gate.php` }
    default:
      return { type: 'File', summary: hex }
  }
}

/** A batch's content as the SDK writes it: every list is named, empty or not. */
export function contentOf(indicators: readonly SampleIndicator[]): Buffer {
  const indicator = indicators.map(({ tags, ...facts }) => ({
    ...facts,
    attribute: [],
    tag: tags.map((name) => ({ name })),
    securityLabel: [],
  }))
  return Buffer.from(JSON.stringify({ group: [], indicator, association: [] }))
}

export function inBatches<Item>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = []
  for (let start = 0; start < items.length; start += sampleSize.batchItems)
    batches.push(items.slice(start, start + sampleSize.batchItems))
  return batches
}
