import type { Notification } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { notificationQueries } from '../api/notification-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { notificationFaceOf } from './notification-faces.ts'

/** Notifications that are open, or those that were; a row opens the page of what it is about. */
export function NotificationTable({ state }: { state: 'open' | 'closed' }) {
  const notifications = useInfiniteQuery(notificationQueries.list(state))
  const navigate = useNavigate()
  return (
    <PagedTable
      label={state === 'open' ? 'Open notifications' : 'Closed notifications'}
      query={notifications}
      columns={state === 'open' ? openColumns : closedColumns}
      rowKey={({ id }) => id}
      onOpen={({ page }) => {
        // A path of this console, as the hub's own words have it; anything else leads nowhere (S13).
        if (/^\/[a-z]/.test(page)) void navigate({ to: page })
      }}
      empty={
        state === 'open' ? (
          <EmptyState title="Nothing is the matter">
            Jobs that fail, are done in part or are missed, environment servers that fall silent, certificates that end
            and plans that wait for approval stand here while they do.
          </EmptyState>
        ) : (
          <EmptyState title="Nothing was the matter">What has come to its end is kept here for 90 days.</EmptyState>
        )
      }
    />
  )
}

const openColumns: readonly Column<Notification>[] = [
  stateColumn(notificationFaceOf, '164px'),
  {
    key: 'sentence',
    header: 'What',
    width: 'minmax(220px, 4fr)',
    isPlain: true,
    render: ({ sentence, closedSentence }) => (
      <span className={form['lines']}>
        <ShortText text={sentence} />
        {closedSentence !== null && (
          <span className={form['hint']}>
            <ShortText text={closedSentence} />
          </span>
        )}
      </span>
    ),
  },
  { key: 'times', header: 'Times', width: '70px', isSecondary: true, render: ({ times }) => <span>{times}</span> },
  { key: 'opened', header: 'Since', width: '96px', render: ({ openedAt }) => <ShortTime instant={openedAt} /> },
]

const closedColumns: readonly Column<Notification>[] = [
  ...openColumns,
  {
    key: 'closed',
    header: 'Until',
    width: '96px',
    render: ({ closedAt }) => closedAt !== null && <ShortTime instant={closedAt} />,
  },
]
