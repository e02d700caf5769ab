import type { SignatureCheck } from '@postern/protocol'
import { Fact } from '../../elements/facts.tsx'
import { Notice } from '../../elements/notice.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { StateBadge } from '../../elements/state-badge.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { Fingerprint } from '../../environments/fingerprint.tsx'
import { signatureFaces } from '../execution-faces.ts'
import { provesNothing } from '../signature-trust.ts'
import classes from './export.module.css'

/** Somebody has to do something about it. */
export function isBad(signature: SignatureCheck | undefined): signature is SignatureCheck {
  return provesNothing(signature?.state)
}

/** Whose word a plan or a receipt is (D40), among its other facts; nothing where the hub does not say. */
export function SignedBy({ signature }: { signature: SignatureCheck | undefined }) {
  if (signature === undefined) return null
  const { state, reason, keyFingerprint, receivedAt } = signature
  return (
    <>
      <Fact name="Signature" isLong={!isBad(signature)}>
        <span className={classes['signature']}>
          <StateBadge face={signatureFaces[state]} />
          {!isBad(signature) && <PlainText text={reason} />}
        </span>
      </Fact>
      {keyFingerprint !== null && (
        <Fact name="Key that signed">
          <Fingerprint text={keyFingerprint} />
        </Fact>
      )}
      {receivedAt !== null && (
        <Fact name="Signature came">
          <Timestamp instant={receivedAt} />
        </Fact>
      )}
    </>
  )
}

/** Shown before the figures, since nothing of them can be relied on. */
export function SignatureWarning({ signature }: { signature: SignatureCheck | undefined }) {
  if (!isBad(signature)) return null
  return (
    <Notice tone={signature.state === 'doubtful' ? 'notice' : 'bad'} role="note" isSigned>
      <p>
        <strong>Signature: {signatureFaces[signature.state].word.toLowerCase()}.</strong>{' '}
        <PlainText text={signature.reason} /> Run the export again to know how the control stands.
      </p>
    </Notice>
  )
}
