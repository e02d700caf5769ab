import { Button } from '@mantine/core'
import type { TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { collectionQueries } from '../api/collection-queries.ts'
import { readerQueries } from '../api/reader-queries.ts'
import { LeftOutDialog, ShowWhich } from '../collections/left-out-dialog.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { EditTaxiiCollectionDialog, EditTaxiiRootDialog } from './edit-taxii-dialogs.tsx'
import { TaxiiCollectionDialog, TaxiiRootDialog } from './taxii-dialogs.tsx'

/** What is served over TAXII 2.1: API roots, and the collections below them. */
export function TaxiiSection() {
  const roots = useInfiniteQuery(readerQueries.roots())
  const collections = useInfiniteQuery(readerQueries.taxiiCollections())
  const mayWrite = useMay('write')
  const [isMaking, setMaking] = useState<'root' | 'collection'>()
  const [edited, setEdited] = useState<TaxiiRoot | TaxiiCollectionSettings>()
  const [shown, setShown] = useState<TaxiiCollectionSettings>()
  const open = mayWrite ? { onOpen: setEdited } : {}
  const onClose = () => setEdited(undefined)
  const add = (what: 'root' | 'collection', words: string) =>
    mayWrite && (
      <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(what)}>
        {words}
      </Button>
    )
  return (
    <>
      <Section title="API roots" summary="Discovery is at /taxii2/" actions={add('root', 'New API root')}>
        <PagedTable
          label="API roots"
          query={roots}
          columns={rootColumns}
          rowKey={({ id }) => id}
          {...open}
          empty={<EmptyState title="No API root yet">A root holds collections: one is enough for most.</EmptyState>}
        />
      </Section>
      <Section title="Collections" actions={add('collection', 'New TAXII collection')}>
        <PagedTable
          label="TAXII collections"
          query={collections}
          columns={collectionColumnsFor(setShown)}
          rowKey={({ id }) => id}
          {...open}
          empty={
            <EmptyState title="No TAXII collection yet">
              A data collection is served to be read; an owner can be written as well.
            </EmptyState>
          }
        />
      </Section>
      {shown && shown.collectionId !== null && (
        <LeftOutDialog
          of={plainText(shown.title)}
          query={collectionQueries.leftOut(shown.collectionId, undefined, shown.tlpMax)}
          tlpMax={shown.tlpMax}
          onClose={() => setShown(undefined)}
        />
      )}
      {isMaking === 'root' && <TaxiiRootDialog onClose={() => setMaking(undefined)} />}
      {isMaking === 'collection' && <TaxiiCollectionDialog onClose={() => setMaking(undefined)} />}
      {edited &&
        ('name' in edited ? (
          <EditTaxiiRootDialog root={edited} onClose={onClose} />
        ) : (
          <EditTaxiiCollectionDialog collection={edited} onClose={onClose} />
        ))}
    </>
  )
}

function Address({ url }: { url: string }) {
  return (
    <span className={form['address']}>
      <code>
        <PlainText text={url} />
      </code>
      <CopyButton text={url} label="Copy the address" isSkipped />
    </span>
  )
}

const rootColumns: readonly Column<TaxiiRoot>[] = [
  {
    key: 'title',
    header: 'API root',
    width: 'minmax(160px, 1.4fr)',
    isPlain: true,
    render: ({ title, description }) => (
      <div>
        <strong>
          <ShortText text={title} />
        </strong>
        {description !== null && description !== '' && <ShortText text={description} isSoft />}
      </div>
    ),
  },
  { key: 'url', header: 'Address', width: 'minmax(220px, 2fr)', render: ({ url }) => <Address url={url} /> },
]

const collectionColumnsFor = (
  onShow: (collection: TaxiiCollectionSettings) => void,
): readonly Column<TaxiiCollectionSettings>[] => [
  {
    key: 'title',
    header: 'Collection',
    width: 'minmax(160px, 1.6fr)',
    isPlain: true,
    render: ({ title, rootName }) => (
      <div>
        <strong>
          <ShortText text={title} />
        </strong>
        <ShortText text={rootName} isSoft />
      </div>
    ),
  },
  {
    key: 'of',
    header: 'Serves',
    width: 'minmax(120px, 1fr)',
    render: (collection) => (
      <div>
        <ShortText text={collection.collectionName ?? collection.ownerName ?? ''} />
        <ShortText text={collection.collectionId === null ? 'Owner' : 'Data collection'} isSoft />
        {collection.collectionId !== null && <ShowWhich onClick={() => onShow(collection)}>What is left out</ShowWhich>}
      </div>
    ),
  },
  {
    key: 'may',
    header: 'Clients may',
    width: '116px',
    render: ({ canRead, canWrite }) => (
      <span>
        {[canRead && 'read', canWrite && 'write'].filter((word) => word !== false).join(' and ') || 'nothing'}
      </span>
    ),
  },
  {
    key: 'tlp',
    header: 'TLP up to',
    width: '124px',
    isSecondary: true,
    render: ({ tlpMax }) => <TlpLabel level={tlpMax} isShort />,
  },
  {
    key: 'objects',
    header: 'Objects',
    width: '116px',
    align: 'end',
    render: ({ liveCount, revokedCount }) => (
      <div title="What clients get now, and what was taken back, of which they get the revocation">
        <div>{formatCount(liveCount)}</div>
        <ShortText text={`${formatCount(revokedCount)} revoked`} isSoft />
      </div>
    ),
  },
  {
    key: 'url',
    header: 'Address',
    width: 'minmax(200px, 2fr)',
    isSecondary: true,
    render: ({ url }) => <Address url={url} />,
  },
]
