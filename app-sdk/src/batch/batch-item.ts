import type { GroupType, IndicatorType } from '@postern/intel'

export interface Attribute {
  readonly type: string
  readonly value: string
}

/** An indicator as an app hands it to a batch. */
export interface IndicatorItem {
  readonly type: IndicatorType
  /** The value; for a File one hash, or several joined as `md5 : sha1 : sha256`. */
  readonly summary: string
  /** 0 to 5. */
  readonly rating?: number
  /** 0 to 100. */
  readonly confidence?: number
  readonly attributes?: readonly Attribute[]
  /** Bare words (FD-7). */
  readonly tags?: readonly string[]
  readonly securityLabels?: readonly string[]
  /** xids of groups it belongs to. */
  readonly groups?: readonly string[]
  /** ISO 8601 with an offset. */
  readonly firstSeen?: string
  readonly lastSeen?: string
}

/** A group; its identity is owner and xid. */
export interface GroupItem {
  readonly type: GroupType
  readonly name: string
  readonly xid: string
  readonly attributes?: readonly Attribute[]
  readonly tags?: readonly string[]
  readonly securityLabels?: readonly string[]
  /** xids of groups it belongs to. */
  readonly groups?: readonly string[]
  readonly eventDate?: string
  readonly status?: string
  readonly publishDate?: string
  /** Signatures: what they are written for, and their text. */
  readonly fileType?: string
  readonly fileName?: string
  readonly fileText?: string
}

/** A relation between two indicators. */
export interface AssociationItem {
  readonly type: string
  readonly from: { readonly type: IndicatorType; readonly summary: string }
  readonly to: { readonly type: IndicatorType; readonly summary: string }
}
