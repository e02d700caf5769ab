import { Button, Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ExclusionList } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { exclusionQueries } from '../api/exclusion-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import classes from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { ViewTabs } from '../elements/view-tabs.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { CreateListDialog } from './create-list-dialog.tsx'
import { exclusionKindWords, whereWords } from './exclusion-words.ts'
import { exclusionFaceOf } from './exclusion-faces.ts'
import { ExclusionTester } from './exclusion-tester.tsx'
import { exclusionsSearch } from './exclusions-search.ts'
import { ImportListDialog } from './import-list-dialog.tsx'

const names = { lists: 'Lists', tester: 'Tester' } as const

/** What must not be taken in or sent out, and what is only to be known of it. */
export function ExclusionListsPage() {
  const opened = exclusionsSearch.opened(useSearch({ from: '/signed-in/exclusion-lists' }))
  const navigate = useNavigate({ from: '/exclusion-lists' })
  const lists = useInfiniteQuery(exclusionQueries.list())
  const mayWrite = useMay('write')
  const [asks, setAsks] = useState<'create' | 'import'>()
  useDocumentTitle('Exclusion lists · Postern')
  return (
    <div className={`${classes['page']} ${classes['list']} ${classes['tabbed']}`}>
      <PageHead title="Exclusion lists" lead="Values that are blocked, or only marked, at import and export.">
        {mayWrite && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="upload" size={14} />}
              onClick={() => setAsks('import')}
            >
              Import from MISP
            </Button>
            <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setAsks('create')}>
              New list
            </Button>
          </>
        )}
      </PageHead>
      <ViewTabs
        label="The lists, and what they do"
        names={names}
        opened={opened}
        onOpen={(view) => void navigate({ search: exclusionsSearch.toOpen(view), replace: true })}
      >
        <Tabs.Panel value="lists" className={classes['panel'] ?? ''}>
          <PagedTable
            label="Exclusion lists"
            query={lists}
            columns={columns}
            rowKey={({ id }) => id}
            onOpen={({ id }) => void navigate({ to: '/exclusion-lists/$listId', params: { listId: id } })}
            empty={
              <EmptyState title="No exclusion list yet">
                Begin with a list of protected assets: your own networks and domains, which are then never exported.
              </EmptyState>
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="tester" className={classes['panel'] ?? ''}>
          <ExclusionTester />
        </Tabs.Panel>
      </ViewTabs>
      {asks === 'create' && <CreateListDialog onClose={() => setAsks(undefined)} />}
      {asks === 'import' && <ImportListDialog onClose={() => setAsks(undefined)} />}
    </div>
  )
}

const columns: readonly Column<ExclusionList>[] = [
  stateColumn(exclusionFaceOf, '112px'),
  {
    key: 'name',
    header: 'List',
    width: 'minmax(190px, 3fr)',
    isPlain: true,
    render: ({ id, name, kind }) => (
      <div>
        <NameLink to="/exclusion-lists/$listId" params={{ listId: id }} text={name} />
        <ShortText text={exclusionKindWords[kind]} isSoft />
      </div>
    ),
  },
  {
    key: 'where',
    header: 'Where',
    width: 'minmax(110px, 1fr)',
    render: (list) => <span>{whereWords(list)}</span>,
  },
  {
    key: 'entries',
    header: 'Entries',
    width: '92px',
    align: 'end',
    render: ({ entryCount }) => <span>{formatCount(entryCount)}</span>,
  },
  {
    key: 'hits',
    header: 'Hits',
    width: '92px',
    align: 'end',
    render: ({ hitCount }) => <span title="Indicators of the library that it hits now">{formatCount(hitCount)}</span>,
  },
  {
    key: 'changed',
    header: 'Changed',
    width: '96px',
    isSecondary: true,
    render: ({ changedAt }) => <ShortTime instant={changedAt} />,
  },
]
