import { Button } from '@mantine/core'
import type { Reader } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { readerQueries } from '../api/reader-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { BadgeFace } from '../elements/state-badge.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { CreateReaderDialog } from './create-reader-dialog.tsx'
import { EditReaderDialog } from './edit-reader-dialog.tsx'

export function ReaderSection() {
  const readers = useInfiniteQuery(readerQueries.readers())
  const mayWrite = useMay('write')
  const [isMaking, setMaking] = useState(false)
  const [edited, setEdited] = useState<Reader>()
  return (
    <Section
      title="Readers"
      summary="Each with a credential of its own, and no more than it is granted"
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
            New reader
          </Button>
        )
      }
    >
      <PagedTable
        label="Readers"
        query={readers}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayWrite && { onOpen: setEdited })}
        empty={
          <EmptyState title="No reader yet">
            A reader is a firewall, a SIEM, a partner’s TAXII client: a machine that fetches from the hub.
          </EmptyState>
        }
      />
      {isMaking && <CreateReaderDialog onClose={() => setMaking(false)} />}
      {edited && <EditReaderDialog reader={edited} onClose={() => setEdited(undefined)} />}
    </Section>
  )
}

function faceOf({ isEnabled }: Reader): BadgeFace {
  return isEnabled
    ? { tone: 'good', icon: 'tick', word: 'On' }
    : { tone: 'open', icon: 'pause', word: 'Off', meaning: 'Its credential is refused' }
}

const columns: readonly Column<Reader>[] = [
  stateColumn(faceOf, '86px'),
  {
    key: 'name',
    header: 'Reader',
    width: 'minmax(140px, 1.6fr)',
    isPlain: true,
    render: ({ name }) => (
      <strong>
        <PlainText text={name} />
      </strong>
    ),
  },
  {
    key: 'credential',
    header: 'Credential',
    width: 'minmax(140px, 1.4fr)',
    render: (reader) => <ShortText text={credentialWords(reader)} />,
  },
  {
    key: 'networks',
    header: 'From',
    width: 'minmax(120px, 1.2fr)',
    isSecondary: true,
    render: ({ networks }) =>
      networks.length === 0 ? <span className={form['soft']}>Anywhere</span> : <ShortText text={networks.join(', ')} />,
  },
  {
    key: 'grants',
    header: 'May fetch',
    width: 'minmax(150px, 2fr)',
    render: (reader) => <ShortText text={grantWords(reader)} />,
  },
  {
    key: 'used',
    header: 'Last used',
    width: '96px',
    render: ({ lastUsedAt }) => (lastUsedAt === null ? <span>Never</span> : <ShortTime instant={lastUsedAt} />),
  },
]

function credentialWords({ username, hasToken, certificateSha256 }: Reader): string {
  const parts = [
    username !== null && `Basic, ${username}`,
    hasToken && 'Token',
    certificateSha256 !== null && `Certificate ${certificateSha256.slice(0, 12)}…`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'None' : parts.join('; ')
}

function grantWords({ lists, taxiiCollections }: Reader): string {
  const names = [...lists.map(({ name }) => name), ...taxiiCollections.map(({ title }) => title)]
  if (names.length === 0) return 'Nothing yet'
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${formatCountOf(names.length - 2, 'other')}`
}
