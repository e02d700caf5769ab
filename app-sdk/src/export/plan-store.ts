import type { CreatePlan, CreateReceipt, Plan, Receipt, UpdatePlanState } from '@postern/protocol'
import type { Value } from './control.ts'

/** A data collection at the version that this run pushes. */
export interface CollectionVersion {
  readonly id: string
  readonly name: string
  readonly version: number
}

/** A version's values in order, and what the hub left out of it, known once the values were read to their end. */
export interface VersionValues {
  /** Many at a time. */
  readonly values: AsyncIterable<readonly Value[]>
  leftOut(): Readonly<Record<string, number>>
}

/** A file of gzip NDJSON, ready to be sent. */
export interface ValuesFile {
  readonly path: string
  readonly bytes: number
  /** Of the lines before compression, each with its LF. */
  readonly linesSha256: string
}

/** Where plans and receipts are kept, and data collections are read: the hub. */
export interface PlanStore {
  /** By id or name, at its newest version. @throws Error when there is none. */
  collection(idOrName: string): Promise<CollectionVersion>
  /** @throws Error while reading when the stream was cut or its digest is wrong. */
  values(collectionId: string, version: number): Promise<VersionValues>
  /** The newest receipts of this target, newest first; a few. */
  lastReceipts(target: string): Promise<readonly Receipt[]>
  plan(planId: string): Promise<Plan>
  /** Keeps a plan with its values; the answer's state says whether it may be applied now, its guards also what the hub itself found. */
  createPlan(plan: CreatePlan, values: ValuesFile): Promise<Pick<Plan, 'id' | 'state' | 'guards'>>
  setPlanState(planId: string, update: UpdatePlanState): Promise<void>
  writeReceipt(receipt: CreateReceipt, values: ValuesFile): Promise<void>
}
