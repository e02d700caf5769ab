import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { KeptText } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { keptTextQueries } from '../api/kept-text-queries.ts'
import { pages } from '../app/pages.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { JoinedEnds } from './joined-ends.tsx'
import { KeptTextDialog } from './kept-text-dialog.tsx'
import { KeptTextsFilter } from './kept-texts-filter.tsx'

/** STIX objects as their owners sent them: where one finds what the library has no place for. */
export function KeptTextsPage() {
  const search = useSearch({ from: '/signed-in/kept-texts' })
  const texts = useInfiniteQuery(keptTextQueries.list(search))
  const [opened, setOpened] = useState<KeptText>()
  useDocumentTitle('Kept texts · Postern')
  return (
    <div className={form['page']}>
      <Crumbs here="Kept texts">
        <Link to={pages.groups.to}>{pages.groups.name}</Link>
      </Crumbs>
      <PageHead
        title="Kept texts"
        lead="STIX objects as their owners sent them, also those that are no group or indicator."
      >
        <KeptTextsFilter />
      </PageHead>
      <PagedTable
        key={JSON.stringify(search)}
        label="Kept texts"
        query={texts}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        empty={
          texts.hasNextPage ? (
            <EmptyState title="None of those that were looked at so far">
              <Button size="xs" loading={texts.isFetchingNextPage} onClick={() => void texts.fetchNextPage()}>
                Look further
              </Button>
            </EmptyState>
          ) : (
            <NoTexts isFiltered={Object.keys(search).length > 0} />
          )
        }
      />
      {opened && <KeptTextDialog shown={opened} onClose={() => setOpened(undefined)} />}
    </div>
  )
}

const columns: readonly Column<KeptText>[] = [
  { key: 'type', header: 'Type', width: 'minmax(120px, 1.2fr)', render: ({ type }) => <ShortText text={type} /> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(180px, 2.6fr)',
    render: (text) =>
      text.ends.length === 0 ? <PlainText text={text.name ?? text.objectId} /> : <JoinedEnds text={text} isInRow />,
  },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(100px, 1fr)',
    render: ({ ownerId, ownerName }) => (
      <NameLink to="/owners/$ownerId" params={{ ownerId }} text={ownerName} isAside />
    ),
  },
  {
    key: 'why',
    header: 'In the library',
    width: 'minmax(180px, 2.4fr)',
    render: ({ outcome, reason }) => <LongText text={outcome === 'mapped' ? 'Yes' : `No. ${reason ?? ''}`} />,
  },
  {
    key: 'added',
    header: 'Came',
    width: '92px',
    isSecondary: true,
    render: ({ addedAt }) => <ShortTime instant={addedAt} />,
  },
]

function NoTexts({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="No kept text fits the filter" />
  return <EmptyState title="No kept text yet">Every object of a STIX bundle is kept word for word.</EmptyState>
}
