/** The one media type of TAXII 2.1 (1.6.8), written as its examples are. */
export const taxiiMediaType = 'application/taxii+json;version=2.1'
/** What collections hold. */
export const stixMediaType = (specVersion: string): string => `application/stix+json;version=${specVersion}`

/** Entries of an Accept header that are looked at. */
const acceptEntriesMax = 50

/**
 * Whether a client takes TAXII 2.1 (3.2, 3.3): it names the type with this version or with none, or a range that holds it. Absent means
 * anything (RFC 9110, 12.5.1). Charsets and other versions are other media types.
 */
export function acceptsTaxii(accept: string | undefined): boolean {
  if (accept === undefined) return true
  const entries = accept.split(',', acceptEntriesMax).map(readMediaType)
  // The most specific range decides: `application/taxii+json;q=0, */*` refuses ours.
  for (const specificity of [4, 3, 2, 1]) {
    const matching = entries.filter((entry) => specificityOf(entry) === specificity)
    if (matching.length > 0) return matching.some(({ quality }) => quality > 0)
  }
  return false
}

/** Whether a body is TAXII 2.1. */
export function isTaxiiContent(contentType: string | undefined): boolean {
  return contentType !== undefined && specificityOf(readMediaType(contentType)) >= 3
}

type MediaType = { type: string; version: string | undefined; others: number; quality: number }

function readMediaType(text: string): MediaType {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const read: MediaType = { type, version: undefined, others: 0, quality: 1 }
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=').map((part) => part.trim().replaceAll(/^"|"$/g, ''))
    if (name === 'version') read.version = value
    else if (name === 'q') read.quality = Number(value)
    else if (parameter !== '') read.others += 1
  }
  return read
}

/** 0: does not hold TAXII 2.1. */
function specificityOf({ type, version, others }: MediaType): number {
  if (type === '*/*') return 1
  if (type === 'application/*') return 2
  if (type !== 'application/taxii+json' || others > 0) return 0
  if (version === undefined) return 3
  return version === '2.1' ? 4 : 0
}
