import { consolePages, type Ledger, type Receipt } from '@postern/protocol'
import type { Turn } from './loop.ts'

/** The last line of `--once`, for machines. */
export type Outcome = {
  indicators: number
  refused: number
  receipts: { control: string; state: string; desired: number; held: number; missing: number; extra: number }[]
}

export function outcomeOf({ feed, collection, receipts }: Turn): Outcome {
  return {
    // What the feed's owner asserts now: a file with three hashes is three indicators (D2), though one item of the ledger.
    indicators: collection.count,
    refused: feed.ledger.refused,
    receipts: receipts.map(({ control, state, desired, held, missing, extra }) => ({
      control,
      state,
      desired,
      held,
      missing,
      extra,
    })),
  }
}

/** True only if both executions succeeded and every receipt, of which there is one at least, is in sync. */
export function isProven({ feed, export: exported, receipts }: Turn): boolean {
  const ended = [feed.execution.state, exported.execution.state]
  // A feed with refused values is partial by design: the values are named, the rest arrived.
  const carried = ended.every((state) => state === 'succeeded' || state === 'partial')
  return carried && receipts.length > 0 && receipts.every((receipt) => receipt.state === 'in-sync')
}

const refusalsShown = 3

/** A page that a person enjoys: at most 25 lines, each number beside the address that shows it. */
export function summaryLines(
  turn: Turn,
  url: string,
  refusals: { summary: string; reason: string | null }[],
): string[] {
  const { feed, export: exported, collection, receipts } = turn
  const { ledger } = feed
  const unmapped = ledger.unmapped.reduce((sum, entry) => sum + entry.count, 0)
  const page = (id: string, view: 'ledger' | 'receipt') => `${url}${consolePages.execution(id)}?view=${view}`
  return [
    '',
    `  Feed       ${cut(feed.execution.message, 160)}`,
    `  Ledger     ${accepted(ledger)} items: ${ledger.created} new, ${ledger.updated} changed, ${ledger.unchanged} unchanged, ${ledger.deleted} gone`,
    `             ${page(feed.execution.id, 'ledger')}`,
    `  Refused    ${ledger.refused} values, each with its reason; ${unmapped} more were not for us, by name`,
    ...refusals
      .slice(0, refusalsShown)
      .map(({ summary, reason }) => `             ${cut(summary, 28)}  ${cut(reason ?? '', 80)}`),
    `  Collection ${collection.name}: ${collection.count} indicators, version ${collection.version}`,
    ...receipts.flatMap((receipt) => receiptLines(receipt, page(exported.execution.id, 'receipt'))),
    ...(receipts.length === 0
      ? [`  No receipt: ${exported.execution.message}`, `             ${page(exported.execution.id, 'receipt')}`]
      : []),
    '',
  ]
}

function receiptLines(receipt: Receipt, page: string): string[] {
  const left = Object.values(receipt.notTaken).reduce((sum, count) => sum + count, 0)
  const changed =
    receipt.added + receipt.removed === 0
      ? 'nothing to change'
      : `${receipt.added} added, ${receipt.removed} removed${receipt.removedBy === null ? '' : ` by ${receipt.removedBy}`}`
  return [
    `  Control    ${receipt.control}, ${receipt.target}: ${changed}; ${left} values are of kinds that it does not take`,
    `  Receipt    ${receipt.state.toUpperCase()}: ${receipt.desired} wanted, ${receipt.held} held, ${receipt.missing} missing, ${receipt.extra} extra`,
    `             ${page}`,
  ]
}

function accepted(ledger: Ledger): number {
  return ledger.created + ledger.updated + ledger.unchanged
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax
    ? text.padEnd(Math.min(charactersMax, 28))
    : `${text.slice(0, charactersMax - 1)}…`
}
