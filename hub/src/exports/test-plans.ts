import { createHash } from 'node:crypto'
import type { CreatePlan, CreateReceipt } from '@postern/protocol'

export const emptyDigest = createHash('sha256').digest('hex')

export function planLines(values: readonly string[], change = 'add') {
  return values.map((value) => [change, 'Host', value] as const)
}

export function planIn(collectionId: string, values: readonly string[], changes: Partial<CreatePlan> = {}): CreatePlan {
  const plan = {
    collectionId,
    collectionVersion: 3,
    target: 'blocked',
    desired: values.length,
    held: 0,
    heldDigest: emptyDigest,
    guards: [],
    notTaken: {},
    ...changes,
  }
  const checksum = createHash('sha256')
    .update(values.map((value) => `add\tHost\t${value}\n`).join(''))
    .update(`${plan.collectionVersion}\n${plan.heldDigest}\n`)
    .digest('hex')
  return { checksum, ...plan }
}

export function receiptIn(collectionId: string, changes: Partial<CreateReceipt> = {}): CreateReceipt {
  return {
    planId: null,
    collectionId,
    collectionVersion: 3,
    target: 'blocked',
    state: 'in-sync',
    desired: 4,
    held: 4,
    missing: 0,
    extra: 0,
    added: 4,
    removed: 0,
    removedBy: null,
    notTaken: { 'File: takes no hashes': 1 },
    unverifiedTransport: false,
    ...changes,
  }
}
