import type { StixImport, StixObjectAccount } from '@postern/protocol'
import { notMappedMax } from './stix-limits.ts'

/** Gathers the objects that an answer names one by one, and counts those that are too many. */
export class NotMapped {
  readonly #refused: StixObjectAccount[] = []
  readonly #others: StixObjectAccount[] = []
  #count = 0

  add(account: StixObjectAccount): void {
    this.#count += 1
    const list = account.outcome === 'refused' ? this.#refused : this.#others
    if (list.length < notMappedMax) list.push(account)
  }

  /** Those that were named before; behind what was added. @param besides ids that were added since with another reason */
  addNamed(
    { notMapped, notMappedCut }: Pick<StixImport, 'notMapped' | 'notMappedCut'>,
    besides: ReadonlySet<string>,
  ): void {
    for (const account of notMapped) if (!besides.has(account.id)) this.add(account)
    this.#count += notMappedCut
  }

  /** Refused ones first: they are what somebody has to do something about. */
  named(): Pick<StixImport, 'notMapped' | 'notMappedCut'> {
    const notMapped = [...this.#refused, ...this.#others].slice(0, notMappedMax)
    return { notMapped, notMappedCut: this.#count - notMapped.length }
  }
}
