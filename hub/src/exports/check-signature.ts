import { createHash, createPublicKey, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { attemptText, type SignatureCheck, type SignatureState, type WrittenDigest } from '@postern/protocol'
import type { SignedColumns } from './signed-columns.ts'

/** Beside the event loop: a page has as many signatures as rows. */
const verifyAside = promisify(verify)

/** What was signed, and by which key: where there is a signature by a key that the server had. */
export type Signed = { attemptText: string; signature: Buffer; publicKeyPem: string; written: WrittenDigest[] }

export function signedOf(row: SignedColumns): Signed | undefined {
  const { serverXid, executionId, attempt, outcome, written, signature, publicKeyPem } = row
  if (outcome === null || written === null || signature === null || publicKeyPem === null) return undefined
  return {
    attemptText: attemptText({ serverXid, executionId, attempt, outcome, written }),
    signature,
    publicKeyPem,
    written,
  }
}

/**
 * Whose word a plan or a receipt is (D40). Nothing of an earlier look counts: what is stored may have been changed since.
 * @param text its bytes, made anew from what is stored; nothing while its list has not come
 */
export async function checkSignature(
  row: SignedColumns,
  kind: WrittenDigest['kind'],
  text: string | undefined,
): Promise<SignatureCheck> {
  const { state, reason } = await judge(row, kind, text)
  const { keyFingerprint, receivedAt, compromisedFrom } = row
  return {
    state,
    reason,
    keyFingerprint,
    receivedAt: receivedAt?.toISOString() ?? null,
    doubtfulFrom: compromisedFrom?.toISOString() ?? null,
  }
}

async function judge(
  row: SignedColumns,
  kind: WrittenDigest['kind'],
  text: string | undefined,
): Promise<{ state: SignatureState; reason: string }> {
  const server = `Environment server ${row.serverName}`
  if (!row.attemptHasEnded) return { state: 'awaited', reason: `${server} signs when the attempt has ended.` }
  if (row.signature === null) {
    return {
      state: 'unsigned',
      reason: `${server} sent no signature: it is too old to sign, its app names nothing of what it writes, or the attempt’s result never came.`,
    }
  }
  if (text === undefined)
    return { state: 'unsigned', reason: 'The list of its values never came, and without it there is nothing to check.' }
  const signed = signedOf(row)
  if (signed === undefined || !(await isBy(signed))) {
    return {
      state: 'not-matching',
      reason: `The signature that came with the attempt’s result is not by a key of environment server ${row.serverName}.`,
    }
  }
  const sha256 = createHash('sha256').update(text).digest('hex')
  if (!signed.written.some((each) => each.kind === kind && each.sha256 === sha256)) {
    return {
      state: 'not-matching',
      reason: `${server} signed what its app wrote, and this is not among it: somebody else sent it with the app’s token, or it was changed since.`,
    }
  }
  const { compromisedFrom, receivedAt } = row
  if (compromisedFrom !== null && receivedAt !== null && receivedAt >= compromisedFrom) {
    return {
      state: 'doubtful',
      reason: `${server} signed it, and others may have had its key since ${compromisedFrom.toISOString()}.`,
    }
  }
  return { state: 'signed', reason: `${server}, which ran the attempt, signed it.` }
}

async function isBy({ attemptText: text, signature, publicKeyPem }: Signed): Promise<boolean> {
  return await verifyAside('sha256', Buffer.from(text), createPublicKey(publicKeyPem), signature)
}
