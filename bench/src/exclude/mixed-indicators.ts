import { createHash } from 'node:crypto'
import type { IndicatorType } from '@postern/intel'
import type { SampleIndicator } from '../ingest/sample.ts'

const tagNames = 200
const domains = ['com', 'net', 'org', 'info', 'ru', 'xyz', 'top', 'de']

/**
 * Indicators as a feed has them, always the same and all different: hosts of domains of their own, addresses from all over the
 * Internet, of which a few per cent are on MISP's lists, URLs and SHA-256 hashes in equal parts.
 */
export function mixedIndicators(from: number, count: number): SampleIndicator[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    const random = createHash('sha256').update(`mixed ${number}`).digest()
    return {
      ...valueOf(number, random),
      rating: random[2]! % 6,
      confidence: random[3]! % 101,
      firstSeen: '2026-03-11T08:00:00Z',
      lastSeen: '2026-03-12T17:30:00Z',
      tags: [`family-${random.readUInt16BE(4) % tagNames}`, `campaign-${random.readUInt16BE(6) % tagNames}`],
    }
  })
}

function valueOf(number: number, random: Buffer): { type: IndicatorType; summary: string } {
  const hex = random.toString('hex')
  const host = `${hex.slice(0, 3)}.${hex.slice(3, 9)}-${number}.${domains[random[8]! % domains.length]}`
  switch (number % 4) {
    case 0:
      return { type: 'Host', summary: host }
    case 1:
      return { type: 'Address', summary: addressOf(number >> 2) }
    case 2:
      return { type: 'URL', summary: `https://${host}/${hex.slice(8, 24)}/gate.php` }
    default:
      return { type: 'File', summary: hex }
  }
}

/** Spread over 11.0.0.0 to 126.255.255.255: an odd factor takes no two numbers to one address. */
function addressOf(number: number): string {
  const spread = (number * 40_503) % (2 ** 24 * 116)
  const address = spread + 11 * 2 ** 24
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}
