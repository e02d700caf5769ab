import { LedgerOutcome } from '@postern/protocol'
import * as z from 'zod/mini'

export const executionViews = ['log', 'ledger', 'plan', 'receipt'] as const
export type ExecutionView = (typeof executionViews)[number]

/** Which part of the ledger is shown: the items of one outcome, or what could not be mapped. */
export type LedgerPart = LedgerOutcome | 'unmapped'

/** What of an execution is shown; it stands in the address, so that a link shows another person the same. */
export interface ExecutionSearch {
  view?: ExecutionView
  part?: LedgerPart
  plan?: string
  receipt?: string
}

const View = z.enum(executionViews)
const Part = z.union([LedgerOutcome, z.literal('unmapped')])
const ShownId = z.string().check(z.minLength(1), z.maxLength(64))

/** Reads it from the address; what makes no sense is left out, as if it were not there. */
export function readExecutionSearch(search: Record<string, unknown>): ExecutionSearch {
  const view = z.safeParse(View, search['view']).data
  const part = z.safeParse(Part, search['part']).data
  const plan = z.safeParse(ShownId, search['plan']).data
  const receipt = z.safeParse(ShownId, search['receipt']).data
  return { ...(view && { view }), ...(part && { part }), ...(plan && { plan }), ...(receipt && { receipt }) }
}
