import { Button } from '@mantine/core'
import type { HubKey, RotatedPurpose } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { useClock } from '../elements/clock.ts'
import { CopyButton } from '../elements/copy-button.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { RevokeKeyDialog, RotateKeyDialog } from './key-dialogs.tsx'
import { canBeRevoked, keyFaceOf, purposeWords } from './key-words.ts'

interface KeySectionProps {
  purpose: RotatedPurpose
  /** Of this purpose, newest first. */
  keys: readonly HubKey[]
  isFirstRelease: boolean
}

/** The keys of one purpose: the one in use, and those before. */
export function KeySection({ purpose, keys, isFirstRelease }: KeySectionProps) {
  const [isRotating, setRotating] = useState(false)
  const [revoked, setRevoked] = useState<HubKey>()
  const mayChange = useMay('administrate')
  const nowMs = useClock()
  const { title, signs, about } = purposeWords[purpose]
  const columns = [
    stateColumn<HubKey>((key) => keyFaceOf(key, nowMs), '112px'),
    ...facts,
    ...(mayChange ? [actionsOf(nowMs, setRevoked)] : []),
  ]
  return (
    <Section
      title={title}
      summary={about}
      actions={
        mayChange && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="retry" size={14} />}
            aria-label={`New key for ${signs} …`}
            onClick={() => setRotating(true)}
          >
            New key …
          </Button>
        )
      }
    >
      {keys.length === 0 ? (
        <EmptyState title="The key of packages signs server files too">
          They get a key of their own when one of the two is followed by another.
        </EmptyState>
      ) : (
        <VirtualTable label={`Keys for ${signs}`} columns={columns} rows={keys} rowKey={({ keyId }) => keyId} />
      )}
      {isRotating && (
        <RotateKeyDialog purpose={purpose} isFirstRelease={isFirstRelease} onClose={() => setRotating(false)} />
      )}
      {revoked && <RevokeKeyDialog hubKey={revoked} onClose={() => setRevoked(undefined)} />}
    </Section>
  )
}

const facts: readonly Column<HubKey>[] = [
  {
    key: 'fingerprint',
    header: 'Fingerprint (SHA-256)',
    width: 'minmax(220px, 3fr)',
    render: ({ fingerprint }) => (
      <span className={form['address']}>
        <code>{fingerprint}</code>
        <CopyButton text={fingerprint} label="Copy the fingerprint" isSkipped />
      </span>
    ),
  },
  {
    key: 'since',
    header: 'Since',
    width: '184px',
    render: ({ createdAt, madeBy }) => (
      <div>
        <Timestamp instant={createdAt} />
        {madeBy !== null && (
          <div className={form['soft']}>
            by <PlainText text={madeBy} />
          </div>
        )}
      </div>
    ),
  },
  {
    key: 'until',
    header: 'Counts until',
    width: '184px',
    render: ({ endsAt, revokedAt }) => {
      const until = revokedAt ?? endsAt
      return until === null ? <span className={form['soft']}>Another follows it</span> : <Timestamp instant={until} />
    },
  },
]

function actionsOf(nowMs: number, onRevoke: (key: HubKey) => void): Column<HubKey> {
  return {
    key: 'actions',
    header: '',
    width: '56px',
    align: 'end',
    isPlain: true,
    render: (key) => (
      <ActionMenu
        label={`Actions for key ${key.keyId}`}
        actions={
          canBeRevoked(key, nowMs)
            ? [{ name: 'Revoke …', icon: 'barred', isDangerous: true, act: () => onRevoke(key) }]
            : []
        }
      />
    ),
  }
}
