import { faultNames } from '@postern/simulators'
import { NotReadable } from '../control.ts'
import type { ExportControl, RefusedValue, Value } from '../control.ts'
import { keyOf, valueOf } from '../value-key.ts'
import type { Steps } from './steps.ts'

/**
 * What may go wrong with one call of a control: the faults of the simulators by their names, as a connector hands them on, and the ways
 * in which a control honestly says no.
 */
export const controlFaults = [...faultNames, 'refuse', 'refuse-some', 'not-readable'] as const
export type ControlFault = (typeof controlFaults)[number]

/** Faults of which the connector learns only after the control has done everything. */
const afterStoring: readonly ControlFault[] = ['drop-after-storing', 'cut-body', 'store-answer-error', 'nonsense-json']
/** Faults that end a call before the control has done anything. */
const beforeStoring: readonly ControlFault[] = ['drop', 'error-503', 'redirect-elsewhere', 'changed-certificate']
const nothingStored: readonly ControlFault[] = ['store-nothing-answer-ok', 'pending-for-ever']
export const inventedPerValue = 9

/** A control in memory that misbehaves as it is told. What it really holds is `really`, which the engine cannot see. */
export class FaultyControl implements ExportControl {
  readonly target: string
  readonly batchSize = 3
  readonly removedBy = 'delete'
  readonly isUnverified = false
  /** Keys of the values. */
  readonly really = new Set<string>()
  /** One for each call to come; behind the last one all goes well. */
  faults: ControlFault[] = []
  /** What each listing gave, in this run. */
  listings: {
    readonly keys: ReadonlySet<string>
    readonly fault: ControlFault | undefined
    readonly isWhole: boolean
  }[] = []
  /** Calls that were to change something, in this run. */
  writes = 0
  readonly #steps: Steps

  constructor(target: string, steps: Steps) {
    this.target = target
    this.#steps = steps
  }

  accepts(type: string): true | string {
    return type === 'File' ? 'File: not taken' : true
  }

  async *held(): AsyncGenerator<Value> {
    await this.#steps.next('list control')
    const fault = this.faults.shift()
    if (fault === 'not-readable') {
      this.listings.push({ keys: new Set(), fault, isWhole: false })
      throw new NotReadable('it cannot be read')
    }
    const keys = listed([...this.really], fault)
    const isWhole = !breaksListing(fault)
    this.listings.push({ keys: new Set(keys), fault, isWhole })
    const shown = isWhole ? keys : keys.slice(0, Math.floor(keys.length / 2))
    for (const key of shown) yield valueOf(key)
    await this.#steps.next('control listed')
    // A connector that was given less than was announced says so; one that believed it would be the fault.
    if (!isWhole) throw new Error(`listing broke off: ${fault}`)
  }

  add(values: readonly Value[]): Promise<readonly RefusedValue[]> {
    return this.#change(values, (key) => this.really.add(key))
  }

  remove(values: readonly Value[]): Promise<readonly RefusedValue[]> {
    return this.#change(values, (key) => this.really.delete(key))
  }

  async #change(values: readonly Value[], change: (key: string) => void): Promise<readonly RefusedValue[]> {
    const fault = this.faults.shift()
    this.writes += 1
    await this.#steps.next('write to control')
    if (fault !== undefined && beforeStoring.includes(fault)) throw new Error(`writing failed: ${fault}`)
    const isRefused = (index: number) => fault === 'refuse' || (fault === 'refuse-some' && index % 2 === 0)
    const keys = values.filter((_, index) => !isRefused(index)).map(keyOf)
    const stored =
      fault !== undefined && nothingStored.includes(fault)
        ? []
        : fault === 'truncate'
          ? keys.slice(0, Math.floor(keys.length / 2))
          : keys
    // A process may die when the control has done a part of what it was asked.
    for (const key of stored) {
      change(key)
      await this.#steps.next('one value done')
    }
    if (fault !== undefined && afterStoring.includes(fault)) throw new Error(`the answer was lost: ${fault}`)
    return values.filter((_, index) => isRefused(index)).map((value) => ({ value, reason: 'not today' }))
  }
}

function breaksListing(fault: ControlFault | undefined): boolean {
  if (fault === undefined || fault === 'drop-after-storing') return fault !== undefined
  return (
    beforeStoring.includes(fault) || ['cut-body', 'store-answer-error', 'nonsense-json', 'truncate'].includes(fault)
  )
}

function listed(keys: string[], fault: ControlFault | undefined): string[] {
  if (fault === 'duplicate') return keys.flatMap((key) => [key, key])
  if (fault === 'reorder') return keys.toReversed()
  if (fault !== 'ten-fold-answer') return keys
  return keys.flatMap((key) => [
    key,
    ...Array.from({ length: inventedPerValue }, (_, index) => `${key}-invented-${index}`),
  ])
}
