import type { SignatureState } from '@postern/protocol'

/** Whether nothing follows from what a plan or a receipt says: somebody else wrote it, or may have written it (D40). */
export function provesNothing(signature: SignatureState | undefined): boolean {
  return signature === 'not-matching' || signature === 'doubtful'
}
