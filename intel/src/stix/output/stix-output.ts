/** An object on its way out; its properties stand in the order in which they are written. */
export interface StixOutputObject {
  readonly type: string
  readonly id: string
  readonly [property: string]: unknown
}
