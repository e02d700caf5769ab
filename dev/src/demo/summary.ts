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
const unmappedShown = 2

/** A page that a person enjoys: at most 25 lines with those before it, each figure above the address that shows it. */
export function summaryLines(
  turn: Turn,
  url: string,
  refusals: { summary: string; reason: string | null }[],
): string[] {
  const { feed, export: exported, collection, receipts } = turn
  const { ledger } = feed
  const page = (id: string, view: 'log' | 'ledger' | 'plan' | 'receipt') =>
    `             ${url}${consolePages.execution(id)}?view=${view}`
  return [
    '',
    `  Feed       ${cut(feed.execution.message, 200)}`,
    page(feed.execution.id, 'log'),
    `  Ledger     ${accepted(ledger)} items: ${ledger.created} new, ${ledger.updated} changed, ${ledger.unchanged} unchanged; ${ledger.deleted} gone; ${ledger.refused} refused`,
    ...refusals.slice(0, refusalsShown).map(({ reason }) => `             · ${cut(reason ?? '', 100)}`),
    ...unmappedLine(ledger),
    page(feed.execution.id, 'ledger'),
    `  Collection ${collection.name}: ${collection.count} indicators, version ${collection.version}`,
    ...receipts.flatMap((receipt) => [
      ...controlLines(receipt),
      page(exported.execution.id, receipt.planId === null ? 'receipt' : 'plan'),
      `  Receipt    ${stateWords[receipt.state]}: ${receipt.desired} wanted, ${receipt.held} held, ${receipt.missing} missing, ${receipt.extra} extra`,
      page(exported.execution.id, 'receipt'),
    ]),
    ...(receipts.length === 0
      ? [`  No receipt: ${exported.execution.message}`, page(exported.execution.id, 'log')]
      : []),
    '',
  ]
}

const stateWords = { 'in-sync': 'IN SYNC', drift: 'DRIFT', unverifiable: 'UNVERIFIABLE', pending: 'PENDING' } as const

/** The commonest kinds that were not for us; the page names all. */
function unmappedLine({ unmapped }: Ledger): string[] {
  if (unmapped.length === 0) return []
  const first = unmapped
    .toSorted((a, b) => b.count - a.count)
    .slice(0, unmappedShown)
    .map(({ what, reason, count }) => `${count} × ${what} (${reason})`)
  const others = unmapped.length - first.length
  return [`             not mapped: ${cut(first.join(', '), 150)}${others > 0 ? `, and ${others} kinds more` : ''}`]
}

function controlLines(receipt: Receipt): string[] {
  const left = Object.values(receipt.notTaken).reduce((sum, count) => sum + count, 0)
  const changed =
    receipt.added + receipt.removed === 0
      ? 'nothing to change'
      : `${receipt.added} added, ${receipt.removed} removed${receipt.removedBy === null ? '' : ` by ${receipt.removedBy}`}`
  return [
    `  Control    ${receipt.control}, ${receipt.target}: ${changed}; ${left} values are of kinds that it does not take`,
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
