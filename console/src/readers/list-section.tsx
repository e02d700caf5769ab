import { Button } from '@mantine/core'
import type { FirewallList } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
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
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { ListDialog } from './list-dialog.tsx'
import { leftOutWords, listFormatWords } from './list-words.ts'
import { listFaceOf } from './list-faces.ts'

/** Plain lists for firewalls: what is served, what is held back and why. */
export function ListSection() {
  const lists = useInfiniteQuery(readerQueries.lists())
  const mayWrite = useMay('write')
  const [opened, setOpened] = useState<FirewallList | 'new'>()
  const [shown, setShown] = useState<FirewallList>()
  return (
    <Section
      title="Firewall lists"
      summary="Served from the last version that passed its guard"
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setOpened('new')}>
            New list
          </Button>
        )
      }
    >
      <PagedTable
        label="Firewall lists"
        query={lists}
        columns={columnsFor(setShown)}
        rowKey={({ id }) => id}
        {...(mayWrite && { onOpen: setOpened })}
        empty={
          <EmptyState title="No firewall list yet">
            A list gives the members of a data collection to firewalls that fetch: as text, CSV, JSON, or as PAN-OS,
            FortiGate and Cisco take it.
          </EmptyState>
        }
      />
      {shown && (
        <LeftOutDialog
          of={`List ${plainText(shown.name)}`}
          query={readerQueries.leftOut(shown.id, shown.servedVersion)}
          tlpMax={shown.tlpMax}
          isCounted
          onClose={() => setShown(undefined)}
        />
      )}
      {opened && <ListDialog {...(opened !== 'new' && { list: opened })} onClose={() => setOpened(undefined)} />}
    </Section>
  )
}

const columnsFor = (onShow: (list: FirewallList) => void): readonly Column<FirewallList>[] => [
  stateColumn(listFaceOf, '118px'),
  {
    key: 'name',
    header: 'List',
    width: 'minmax(190px, 2.4fr)',
    isPlain: true,
    render: (list) => <ListCell list={list} onShow={onShow} />,
  },
  {
    key: 'collection',
    header: 'Data collection',
    width: 'minmax(120px, 1.2fr)',
    render: ({ collectionName }) => <ShortText text={collectionName} />,
  },
  {
    key: 'format',
    header: 'Format',
    width: 'minmax(110px, 1fr)',
    isSecondary: true,
    render: ({ format }) => <span>{listFormatWords[format]}</span>,
  },
  {
    key: 'count',
    header: 'Values',
    width: '92px',
    align: 'end',
    render: ({ servedVersion, servedCount }) => <span>{servedVersion === 0 ? '–' : formatCount(servedCount)}</span>,
  },
  {
    key: 'since',
    header: 'Since',
    width: '92px',
    render: ({ servedSince }) => (servedSince === null ? <span>–</span> : <ShortTime instant={servedSince} />),
  },
]

function ListCell({ list, onShow }: { list: FirewallList; onShow: (list: FirewallList) => void }) {
  const { name, url, isPublic, openNetworks, held, leftOut, tlpMax } = list
  return (
    <div className={form['lines']}>
      <strong>
        <PlainText text={name} />
      </strong>
      <span className={form['address']}>
        <code>
          <PlainText text={url} />
        </code>
        <CopyButton text={url} label="Copy the address" isSkipped />
      </span>
      {Object.keys(leftOut).length > 0 && (
        <span className={form['inline']}>
          <span className={form['soft']}>{leftOutWords({ leftOut, tlpMax })}</span>
          <ShowWhich onClick={() => onShow(list)} />
        </span>
      )}
      {held && (
        <span>
          Version {formatCount(held.version)} is held back: <PlainText text={held.reason} />
        </span>
      )}
      {isPublic && (
        <span className={form['danger']}>
          <Icon name="warning" size={12} /> Public: anyone who reaches the hub
        </span>
      )}
      {!isPublic && openNetworks.length > 0 && (
        <span className={form['danger']}>
          <Icon name="warning" size={12} /> Without a credential from <PlainText text={openNetworks.join(', ')} />
        </span>
      )}
    </div>
  )
}
