/** One value: its type in ThreatConnect's spelling, and its canonical form. */
export type Value = readonly [type: string, value: string]

/** A value that the control did not take, in its own words. */
export interface RefusedValue {
  readonly value: Value
  readonly reason: string
}

/**
 * The part of a security control that an export fills: all an export app has to implement. The engine owns the rest. Every
 * method may be called again with the same values and must then change nothing.
 */
export interface ExportControl {
  /** Names the part in plans and receipts, e.g. the title of a TAXII collection. */
  readonly target: string
  /** Most values the part may hold; a plan beyond it waits for a person (AED-6). */
  readonly valuesMax?: number
  /** How many values one call of `add` or `remove` gets at most. */
  readonly batchSize: number
  /** The way `remove` goes, for the receipt (D6). */
  readonly removedBy: string
  /** Whether nobody vouches for the control's certificate (S19). */
  readonly isUnverified: boolean
  /**
   * Whether the control can take the value; otherwise the reason, as a few words that begin with the type (`Address: AED takes no IPv6`):
   * counted in plan and receipt, and told to who asks why the value is not there.
   */
  accepts(type: string, value: string): true | string
  /**
   * Everything the part holds now, in any order, each value in canonical form; the engine spills it to disk.
   * @throws NotReadable when the control cannot be asked; any other error ends the run before anything is written.
   */
  held(): AsyncIterable<Value>
  /** Puts values in. What the control refuses is returned; what goes wrong with the connection is thrown. */
  add(values: readonly Value[]): Promise<readonly RefusedValue[]>
  /** Takes values out. */
  remove(values: readonly Value[]): Promise<readonly RefusedValue[]>
  /**
   * Set where values can only be taken out by clearing the part and writing all anew; then `clear` stands in for `remove`.
   * Refused above `valuesMax`: for that long the control would hold only a part.
   */
  readonly rewrite?: { readonly valuesMax: number; clear(): Promise<void> }
  close?(): Promise<void> | void
}

/** The control has no way to say what it holds. The receipt is *unverifiable* with this reason, never *in sync*. */
export class NotReadable extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotReadable'
  }
}
