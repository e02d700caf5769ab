import type { GroupType } from '../../indicators/group-types.ts'
import type { IndicatorType } from '../../indicators/indicator-types.ts'

/** What a bundle becomes: the items of a batch, in the words of its content (`group`, `indicator`, `association`). */
export interface LibraryItems {
  readonly group: GroupItem[]
  readonly indicator: IndicatorItem[]
  readonly association: AssociationItem[]
}

/** What is undefined is not there once it is JSON. */
export interface IndicatorItem {
  type: IndicatorType
  /** Canonical. */
  summary: string
  rating?: number | undefined
  confidence?: number | undefined
  active: boolean
  privateFlag?: true | undefined
  status?: string | undefined
  firstSeen?: string | undefined
  lastSeen?: string | undefined
  externalDateExpires?: string | undefined
  tag?: readonly NamedItem[] | undefined
  securityLabel?: readonly NamedItem[] | undefined
  attribute?: AttributeItem[] | undefined
}

export interface GroupItem {
  type: GroupType
  name: string
  xid: string
  status?: string
  eventDate?: string
  publishDate?: string
  firstSeen?: string
  lastSeen?: string
  fileType?: string
  fileText?: string
  tag?: readonly NamedItem[]
  securityLabel?: readonly NamedItem[]
  attribute?: AttributeItem[]
}

/** `ref_1` is the source. A type of an indicator stands beside a value, one of a group beside an xid. */
export interface AssociationItem {
  ref_1: string
  type_1: string
  ref_2: string
  type_2: string
  associationType: string
}

export interface NamedItem {
  name: string
}

export interface AttributeItem {
  type: string
  value: string
  displayed?: boolean
  pinned?: boolean
  source?: string
}

/** One end of a relationship, and where an object went. */
export type LibraryPlace =
  | {
      readonly kind: 'indicators'
      readonly values: readonly PlacedValue[]
      /** Where a file is named by several hashes: what is written, its summary in the place of its hashes (D2). */
      readonly items?: readonly PlacedValue[]
    }
  | { readonly kind: 'group'; readonly type: GroupType; readonly xid: string }
  /** A marking: the name of a security label. */
  | { readonly kind: 'label'; readonly name: string }

export interface PlacedValue {
  readonly type: IndicatorType
  readonly value: string
}
