import type { Ledger } from '@postern/protocol'
import type { LedgerPart } from '../execution-search.ts'

/** In the order in which they are shown: trouble first. */
export const ledgerParts = [
  'refused',
  'unmapped',
  'created',
  'updated',
  'unchanged',
  'deleted',
] as const satisfies readonly LedgerPart[]

export function partCounts(ledger: Ledger): Record<LedgerPart, number> {
  const { refused, created, updated, unchanged, deleted } = ledger
  const unmapped = ledger.unmapped.reduce((sum, entry) => sum + entry.count, 0)
  return { refused, unmapped, created, updated, unchanged, deleted }
}

/** Items that the hub counted: indicators and groups, and what it refused of any kind. */
export function itemCount(ledger: Ledger): number {
  const { refused, created, updated, unchanged, deleted, groupsCreated, groupsUpdated, groupsUnchanged } = ledger
  return refused + created + updated + unchanged + deleted + groupsCreated + groupsUpdated + groupsUnchanged
}

/** Whether a ledger has anything to show. */
export function hasEntries(ledger: Ledger): boolean {
  return ledger.batches > 0 || ledger.unmapped.length > 0
}

/** What is opened first: refused items if there are any, else the first part that holds something. */
export function defaultPart(counts: Record<LedgerPart, number>): LedgerPart {
  return ledgerParts.find((part) => counts[part] > 0) ?? 'created'
}
