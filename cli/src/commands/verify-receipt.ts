import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { ReceiptProof } from '@postern/protocol'

/** What somebody who checks a receipt knows beside the proof. */
export type KnownOfReceipt = {
  /** Of the server's key, from the server itself. */
  fingerprint?: string | undefined
  /** SHA-256 of the receipt's list as it was downloaded. */
  valuesSha256?: string | undefined
}

/**
 * Checks a receipt as anybody can, without the hub (D40).
 * @returns who signed it, in lines for people
 * @throws Error that says what does not hold
 */
export function verifyReceipt(proof: ReceiptProof, known: KnownOfReceipt = {}): string[] {
  const key = readKey(proof.publicKey)
  const fingerprint = sha256(key.export({ type: 'spki', format: 'der' }))
  if (fingerprint !== proof.keyFingerprint)
    throw new Error(`The public key has the fingerprint ${fingerprint}, and the proof says ${proof.keyFingerprint}.`)
  if (known.fingerprint !== undefined && known.fingerprint.toLowerCase() !== fingerprint)
    throw new Error(`The key has the fingerprint ${fingerprint}, which is not the one that you named.`)
  if (!verify('sha256', Buffer.from(proof.attemptText), key, Buffer.from(proof.signature, 'base64')))
    throw new Error('The signature is not by this key, or what was signed was changed.')
  const [head, serverXid, executionId, attempt, outcome, ...written] = proof.attemptText.split('\n')
  if (head !== 'postern attempt v1' || serverXid !== proof.serverXid)
    throw new Error(`What was signed is not an attempt of environment server ${proof.serverXid}.`)
  if (!written.includes(`receipt ${sha256(proof.receiptText)}`))
    throw new Error('The receipt is not among what the server signed: it was changed, or somebody else wrote it.')
  requireList(proof.receiptText, known.valuesSha256)
  const { doubtfulFrom, receivedAt } = proof
  if (doubtfulFrom !== null && Date.parse(receivedAt) >= Date.parse(doubtfulFrom))
    throw new Error(
      `It is signed, and DOUBTFUL: others may have had the key since ${doubtfulFrom}, and the signature came at ${receivedAt}.`,
    )
  return [
    `Signed by environment server ${serverXid} for execution ${executionId}, attempt ${attempt}, which ${outcome}.`,
    `Fingerprint of its key: ${fingerprint}`,
  ]
}

function requireList(receiptText: string, valuesSha256: string | undefined): void {
  if (valuesSha256 === undefined || receiptText.endsWith(`\nvalues ${JSON.stringify(valuesSha256)}\n`)) return
  throw new Error(`The list has the SHA-256 ${valuesSha256}, which is not the one that the receipt names.`)
}

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (error) {
    throw new Error('The public key cannot be read.', { cause: error })
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
