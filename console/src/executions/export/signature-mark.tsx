import type { SignatureState } from '@postern/protocol'
import { StateBadge } from '../../elements/state-badge.tsx'
import { signatureFaces } from '../execution-faces.ts'
import { provesNothing } from '../signature-trust.ts'

/** Beside how a control stands: that the receipt which says so is not its server's word (D40), or that nobody can tell. */
export function SignatureMark({ signature }: { signature: SignatureState | undefined }) {
  if (signature === undefined) return null
  if (!provesNothing(signature) && signature !== 'unsigned') return null
  const face = signatureFaces[signature]
  return <StateBadge face={{ ...face, word: `Receipt ${face.word.toLowerCase()}` }} />
}
