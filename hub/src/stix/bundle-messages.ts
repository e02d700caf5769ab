import type { JsonFault, LibraryPlace, StixSpecVersion } from '@postern/intel'
import type { StixImport } from '@postern/protocol'
import type { CopyLines } from '../database/copy/copy-lines.ts'

/** What the hub's main thread asks of the one that reads bundles: to read one, then to map what of it is new. */
export type BundleRequest =
  | { kind: 'read'; json: Uint8Array }
  | { kind: 'map'; known: readonly KnownObject[]; places: ReadonlyMap<string, LibraryPlace> }

/** What the owner has of an object already: its newest version. */
export type KnownObject = {
  id: string
  /** With six digits of a second. */
  version: string
  /** SHA-256 of its text, in hexadecimal digits. */
  sha256: string
  outcome: 'mapped' | 'kept'
  /** Whether the library does not have any more, or not all of, what it was mapped to. */
  isGone: boolean
}

export type BundleAnswer =
  | { kind: 'unreadable'; isTooLarge: boolean; message: string; fault?: JsonFault }
  /** Ids of the bundle's objects, and of those outside that they refer to. */
  | { kind: 'read'; ids: readonly string[]; outside: readonly string[] }
  | MappedMessage

export type MappedMessage = {
  kind: 'mapped'
  /** The content of a batch; null where there is nothing to write. */
  content: Uint8Array<ArrayBuffer> | null
  itemCount: number
  /** COPY lines of `sent_stix_object`, an entry an object. */
  objects: CopyLines
  objectCount: number
  /** Two numbers an entry of `objects`: positions in the batch of the items that the object became, from the one up to, and without, the other. */
  itemsOf: Uint32Array<ArrayBuffer>
  unjoined: UnjoinedEnds[]
  /** Those that the bundle has; its account counts the rarest types together. */
  joinedTypes: readonly JoinedType[]
  account: BundleAccount
}

/** Types of objects for which something is joined, or counted, once all of a bundle is written. */
export const joinedTypes = ['attack-pattern', 'x-mitre-tactic', 'sighting', 'indicator'] as const
export type JoinedType = (typeof joinedTypes)[number]

/** What a revoked relationship joined, pair by pair. */
export type UnjoinedEnds = {
  relationshipId: string
  sourceRef: string
  targetRef: string
  kind: string
  source: UnjoinedEnd
  target: UnjoinedEnd
}
/** The id of an indicator, or a group's xid. */
export type UnjoinedEnd = { indicator: string } | { xid: string }

/** The part of the answer that is known before anything is written. */
export type BundleAccount = Pick<
  StixImport,
  'objects' | 'mapped' | 'kept' | 'unchanged' | 'refused' | 'notMapped' | 'notMappedCut' | 'types' | 'kinds'
> & { specVersion: StixSpecVersion }
