import { splitFileSummary } from '@postern/intel'
import type { AssociationItem, GroupItem, IndicatorItem } from './batch-item.ts'

/** What a batch's JSON holds of each kind. */
export type ContentKind = 'group' | 'indicator' | 'association'

/** One item as JSON text, ready to be put between commas. */
export interface ContentPart {
  readonly kind: ContentKind
  readonly json: string
}

export function indicatorPart(item: IndicatorItem): ContentPart {
  return {
    kind: 'indicator',
    json: JSON.stringify({
      type: item.type,
      ...valueOf(item),
      rating: item.rating,
      confidence: item.confidence,
      firstSeen: item.firstSeen,
      lastSeen: item.lastSeen,
      ...described(item),
      associatedGroups: item.groups?.map((groupXid) => ({ groupXid })),
    }),
  }
}

export function groupPart(item: GroupItem): ContentPart {
  const { attributes = [], tags = [], securityLabels = [], groups, ...facts } = item
  return {
    kind: 'group',
    json: JSON.stringify({
      ...facts,
      ...described({ attributes, tags, securityLabels }),
      associatedGroupXid: groups,
    }),
  }
}

/**
 * What describes an item. The hub leaves alone what an item does not name, and empties what comes as an empty list: all three are
 * always sent, so that a tag which the source took away goes away.
 */
function described({
  attributes = [],
  tags = [],
  securityLabels = [],
}: Pick<IndicatorItem, 'attributes' | 'tags' | 'securityLabels'>) {
  return {
    attribute: attributes.map((attribute) => ({ ...attribute, displayed: true })),
    tag: tags.map((name) => ({ name })),
    securityLabel: securityLabels.map((name) => ({ name })),
  }
}

export function associationPart(item: AssociationItem): ContentPart {
  const { from, to, type } = item
  return {
    kind: 'association',
    json: JSON.stringify({
      ref_1: from.summary,
      type_1: from.type,
      ref_2: to.summary,
      type_2: to.type,
      associationType: type,
    }),
  }
}

/** An item of a Delete: the type and the value are all it takes. */
export function deletionPart(type: string, summary: string): ContentPart {
  return { kind: 'indicator', json: JSON.stringify({ type, summary }) }
}

/** A File with several hashes is sent by its hashes, so that the hub links them as one file (D2). */
function valueOf(item: IndicatorItem): Record<string, string> {
  if (item.type !== 'File' || !item.summary.includes(':')) return { summary: item.summary }
  const { md5, sha1, sha256 } = splitFileSummary(item.summary)
  return {
    summary: item.summary,
    ...(md5 === undefined ? {} : { md5 }),
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
}

/** Bounds of one chunk: what TcEx sends at most, and what keeps memory flat. */
export const chunkBounds = { items: 5_000, bytes: 8 * 1024 * 1024 } as const

/** Puts parts into chunks of bounded size, in their order. */
export async function* chunksOf(
  parts: AsyncIterable<ContentPart>,
  bounds: { items: number; bytes: number } = chunkBounds,
): AsyncGenerator<ContentPart[]> {
  let chunk: ContentPart[] = []
  let bytes = 0
  for await (const part of parts) {
    const partBytes = Buffer.byteLength(part.json)
    if (chunk.length > 0 && (chunk.length >= bounds.items || bytes + partBytes > bounds.bytes)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(part)
    bytes += partBytes
  }
  if (chunk.length > 0) yield chunk
}

/** The JSON of a chunk. */
export function contentOf(chunk: readonly ContentPart[]): Buffer {
  const list = (kind: ContentKind) => chunk.flatMap((part) => (part.kind === kind ? [part.json] : [])).join(',')
  return Buffer.from(
    `{"group":[${list('group')}],"indicator":[${list('indicator')}],"association":[${list('association')}]}`,
  )
}
