import { escapeCopyField } from '@postern/intel'
import type { StixObjectAccount } from '@postern/protocol'
import { type CopyLines, selectEntries } from '../database/copy/copy-lines.ts'
import type { ItemOutcomes } from '../batches/ledger/item-outcomes.ts'
import type { BundleAccount, MappedMessage } from './bundle-messages.ts'
import { KindAccounts } from './kind-accounts.ts'
import { NotMapped } from './not-mapped.ts'

/** What of a bundle is written beside its items, and its account, by what the library made of the items. */
export type JudgedObjects = { pieces: Uint8Array[]; account: BundleAccount }

/**
 * The library may refuse what STIX permits: values that an exclusion list blocks, or that pass a bound of its own. An object of which it
 * took nothing is refused, and its text goes nowhere, so that it is as new when it is sent again; a relationship whose ends it did not take
 * is kept, and waits for them, and so is a sighting of such an indicator.
 */
export function judgeObjects({ objects, itemsOf, account }: MappedMessage, outcomes: ItemOutcomes): JudgedObjects {
  if (!outcomes.hasRefused) return { pieces: [objects.bytes], account }
  const counts = { mapped: account.mapped, kept: account.kept, refused: account.refused }
  const named = new NotMapped()
  const kinds = new KindAccounts(account.kinds)
  const judged = new Set<string>()
  const written: number[] = []
  const instead: Uint8Array[] = []
  for (let entry = 0; entry < objects.ends.length; entry++) {
    const refusal = refusalOf(itemsOf[entry * 2] ?? 0, itemsOf[entry * 2 + 1] ?? 0, outcomes)
    const columns = refusal === undefined ? [] : columnsOf(objects, entry)
    const [id = '', type = '', column = noVersion] = columns
    const version = column === noVersion ? null : column
    if (refusal !== undefined) judged.add(id)
    if (refusal === undefined) written.push(entry)
    else if (refusal.isPartial) {
      written.push(entry)
      named.add({ id, type, version, outcome: 'mapped', reason: refusal.reason })
      kinds.change(type, 'mapped', refusal.reason)
    } else {
      const outcome = type === 'relationship' || type === 'sighting' ? 'kept' : 'refused'
      counts.mapped -= 1
      counts[outcome] += 1
      kinds.change(type, outcome, refusal.reason)
      named.add({ id, type, version, outcome, reason: refusal.reason } satisfies StixObjectAccount)
      if (outcome === 'kept') instead.push(keptLine(columns, refusal.reason))
    }
  }
  named.addNamed(account, judged)
  return {
    pieces: [...selectEntries(objects, written), ...instead],
    account: { ...account, ...counts, ...named.named(), kinds: kinds.list() },
  }
}

/** Of an observable. */
const noVersion = escapeCopyField(null)

type Refusal = { reason: string; isPartial: boolean }

/** @param first position in the batch of the first item of an object @param end of the one behind its last */
function refusalOf(first: number, end: number, outcomes: ItemOutcomes): Refusal | undefined {
  let count = 0
  let reason = ''
  for (let position = first; position < end; position++) {
    if (outcomes.of(position) !== 'refused') continue
    if (count === 0) reason = outcomes.notes.get(position)?.reason ?? 'The library refused it.'
    count += 1
  }
  if (count === 0) return undefined
  const isPartial = count < end - first
  return { reason: isPartial ? `${count} of ${end - first} were refused. ${reason}` : reason, isPartial }
}

/** A line of `sent_stix_object` as map-bundle.ts wrote it; no field holds a tabulator as such. */
function columnsOf({ bytes, ends }: CopyLines, entry: number): string[] {
  const line = bytes.subarray(entry === 0 ? 0 : ends[entry - 1], (ends[entry] ?? 0) - 1)
  return Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8').split('\t')
}

/** Outcome and reason are the last two columns. */
function keptLine(columns: readonly string[], reason: string): Uint8Array {
  return Buffer.from(`${[...columns.slice(0, -2), 'kept', escapeCopyField(reason)].join('\t')}\n`)
}
