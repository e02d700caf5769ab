import { SourceUnreadable } from '@postern/app-sdk'
import type { Logger, Value } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'
import { idOf } from './transform.ts'
import { valueOfPattern, valueOfRow } from './values.ts'

/** An indicator in STIX, or a row of the appliance's own lists. */
const HeldObject = z.looseObject({
  id: z.string(),
  type: z.optional(z.string()),
  pattern: z.optional(z.string()),
  revoked: z.optional(z.union([z.boolean(), z.number()])),
  indicatorType: z.optional(z.string()),
  value: z.optional(z.string()),
})

/** Ids of others that are remembered; a collection holds no more indicators (AED-6). */
const otherIdsMax = 500_000

/**
 * Reads what the appliance lists, and remembers under which ids it holds values that are not under our own: those of another client,
 * and further generations. A value can only be taken out by the ids that hold it.
 */
export class HeldObjects {
  readonly #otherIds = new Map<string, string[]>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /**
   * The values in use; objects that are no indicators, or revoked, are none.
   * @param said asked at the end how many indicators the appliance says that it holds; nothing where it does not say
   * @throws SourceUnreadable, at the end, when it listed another number
   */
  async *values(
    objects: AsyncIterable<unknown>,
    said: () => Promise<number | undefined> = () => Promise.resolve(undefined),
  ): AsyncGenerator<Value> {
    this.#otherIds.clear()
    const [inUse, revokedOnes] = [new Set<string>(), new Set<string>()]
    let strange = 0
    for await (const listed of objects) {
      const object = HeldObject.safeParse(listed)
      if (!object.success) strange += 1
      else if (object.data.type === undefined || object.data.type === 'indicator') {
        const { id, pattern, revoked, indicatorType, value } = object.data
        if (revoked === true || revoked === 1) {
          revokedOnes.add(id)
          continue
        }
        inUse.add(id)
        const held = pattern === undefined ? valueOfRow(indicatorType ?? '', value ?? '') : valueOfPattern(pattern)
        if (held === undefined) strange += 1
        else {
          this.#remember(held, id)
          yield held
        }
      }
    }
    if (strange > 0)
      this.#log.warn(
        'the collection holds indicators that are not one IPv4 address, host or URL; they are left alone',
        { objects: strange },
      )
    const announced = await said()
    // Whether revoked ones are counted, where they are listed at all, is not public.
    if (announced === undefined || announced === inUse.size || announced === inUse.size + revokedOnes.size) return
    throw new SourceUnreadable(
      `the collection holds ${announced} indicators by the word of the appliance, and it lists ${inUse.size}: what it holds is not known. If its number means something else, switch parameter checkCount off`,
    )
  }

  /** All ids to remove a value by. */
  idsOf(value: Value): readonly string[] {
    return [idOf(value, 0), ...(this.#otherIds.get(keyOf(value)) ?? [])]
  }

  #remember(value: Value, id: string): void {
    if (id === idOf(value, 0)) return
    if (this.#otherIds.size >= otherIdsMax)
      throw new Error(`the collection holds more than ${otherIdsMax} values under ids of others`)
    const known = this.#otherIds.get(keyOf(value)) ?? []
    if (!known.includes(id)) this.#otherIds.set(keyOf(value), [...known, id])
  }
}

function keyOf([type, value]: Value): string {
  return `${type}\t${value}`
}
