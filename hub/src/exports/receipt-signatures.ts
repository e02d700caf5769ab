import type { SignatureState } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { checkSignature } from './check-signature.ts'
import { findReceipts, textOf } from './receipt-store.ts'
import { signaturesCheckedMax } from './signature-limits.ts'

/** Those to be relied on least come first. */
const byTrust: readonly SignatureState[] = ['not-matching', 'doubtful', 'unsigned', 'awaited', 'signed']

export type ReceiptSignatures = {
  /** Of what rests on several receipts; undefined where none of them was looked at. */
  weakest(receiptIds: readonly string[]): SignatureState | undefined
}

/** Whose word receipts of an organization are (D40), found out anew; of the first `signaturesCheckedMax` that are named. */
export async function readSignatures(
  db: Db,
  organizationId: string,
  receiptIds: readonly string[],
): Promise<ReceiptSignatures> {
  const ids = [...new Set(receiptIds)].slice(0, signaturesCheckedMax)
  const receipts = ids.length === 0 ? [] : await findReceipts(db, organizationId, ids)
  const states = new Map(
    await Promise.all(
      receipts.map(
        async (receipt) => [receipt.id, (await checkSignature(receipt, 'receipt', textOf(receipt))).state] as const,
      ),
    ),
  )
  return { weakest: (of) => byTrust.find((state) => of.some((id) => states.get(id) === state)) }
}
