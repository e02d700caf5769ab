import type { Receipt } from '@postern/protocol'
import { Count, Counts } from '../../elements/count.tsx'
import { Fact, Facts } from '../../elements/facts.tsx'
import { Notice } from '../../elements/notice.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { StateBadge } from '../../elements/state-badge.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { formatCount } from '../../format/quantities.ts'
import { receiptFaces } from '../execution-faces.ts'
import classes from './export.module.css'
import { NotTaken } from './not-taken.tsx'
import { ReceiptValues } from './receipt-values.tsx'
import { SignatureWarning, SignedBy } from './signed-by.tsx'

export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const face = receiptFaces[receipt.state]
  const wasRead = receipt.state === 'in-sync' || receipt.state === 'drift'
  return (
    <>
      <div className={classes['verdict']} data-tone={face.tone}>
        <StateBadge face={face} large />
        <p>
          {face.meaning}
          {receipt.reason && (
            <span className={classes['why']}>
              <PlainText text={receipt.reason} />
            </span>
          )}
        </p>
      </div>
      <SignatureWarning signature={receipt.signature} />
      {receipt.unverifiedTransport && <UnverifiedTransport />}
      <Counts label="The receipt in figures">
        <Count value={receipt.desired} label="Desired" hint="Values that the control should hold" />
        <Count
          value={receipt.held}
          label={wasRead ? 'Held' : 'Held, as last known'}
          hint="Values that the control was found to hold"
        />
        <Count value={receipt.missing} label="Missing" tone="bad" hint="Desired, and not held" />
        <Count value={receipt.extra} label="Extra" tone="notice" hint="Held, and not desired" />
        <Count value={receipt.added} label="Added" hint="Written by this execution" />
        <Count value={receipt.removed} label="Removed" hint="Taken out by this execution" />
      </Counts>
      <div className={classes['card']}>
        <Facts label="The receipt" isWide>
          <Fact name="Control">
            <PlainText text={receipt.control} />
          </Fact>
          <Fact name="Target">
            <PlainText text={receipt.target} />
          </Fact>
          <Fact name="Data collection">
            <PlainText text={receipt.collectionName} /> version {formatCount(receipt.collectionVersion)}
          </Fact>
          <Fact name="Way of removal">{removalWords(receipt.removedBy)}</Fact>
          <Fact name="Reported by">
            <PlainText text={receipt.serverName} />
          </Fact>
          <Fact name="Written">
            <Timestamp instant={receipt.createdAt} />
          </Fact>
          <SignedBy signature={receipt.signature} />
        </Facts>
      </div>
      <NotTaken notTaken={receipt.notTaken} />
      <h3 className={classes['heading']}>Values that differ or were left out</h3>
      <ReceiptValues receipt={receipt} />
    </>
  )
}

/** S19: shown before the figures, since all of them rest on it. */
function UnverifiedTransport() {
  return (
    <Notice tone="bad" role="note" isSigned>
      <p>
        <strong>Unverified transport.</strong> The control’s certificate was not checked, so anybody on the way could
        have answered in its place. Pin its fingerprint in the job to make receipts trustworthy.
      </p>
    </Notice>
  )
}

/** The way in which values were taken out of a control (D6). */
function removalWords(removedBy: string | null): React.ReactNode {
  if (removedBy === null) return 'Nothing had to go'
  if (removedBy === 'revoke') return 'Revoked: posted again as no longer valid'
  if (removedBy === 'delete') return 'Deleted on the control'
  if (removedBy === 'rewrite') return 'Rewritten: cleared, and everything posted anew'
  return <PlainText text={removedBy} />
}
