import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { Owner } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import classes from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { CreateOwnerDialog } from './create-owner-dialog.tsx'
import { ownerFaceOf } from './owner-faces.ts'

export function OwnersPage() {
  const navigate = useNavigate()
  const owners = useInfiniteQuery(ownerQueries.list())
  const mayWrite = useMay('write')
  const [isMaking, setMaking] = useState(false)
  useDocumentTitle('Owners · Postern')
  return (
    <div className={`${classes['page']} ${classes['list']}`}>
      <PageHead title="Owners" lead="Sources, communities and teams; what each asserts is kept apart.">
        {mayWrite && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
            New owner
          </Button>
        )}
      </PageHead>
      <PagedTable
        label="Owners"
        query={owners}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/owners/$ownerId', params: { ownerId: id } })}
        empty={
          <EmptyState title="No owner yet">
            An owner is whom the library names as the source of what it says: a feed, a team, a community.
          </EmptyState>
        }
      />
      {isMaking && (
        <CreateOwnerDialog
          onClose={() => setMaking(false)}
          onMade={({ id }) => void navigate({ to: '/owners/$ownerId', params: { ownerId: id } })}
        />
      )}
    </div>
  )
}

const columns: readonly Column<Owner>[] = [
  stateColumn(ownerFaceOf, '146px'),
  {
    key: 'name',
    header: 'Owner',
    width: 'minmax(180px, 3fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/owners/$ownerId" params={{ ownerId: id }} text={name} />,
  },
  { key: 'kind', header: 'Kind', width: 'minmax(110px, 1fr)', render: ({ kind }) => <span>{kind}</span> },
  {
    key: 'status',
    header: 'Status without one',
    width: 'minmax(120px, 1fr)',
    render: ({ statusDefault }) => <span>{statusDefault}</span>,
  },
  {
    key: 'created',
    header: 'Since',
    width: '186px',
    isSecondary: true,
    render: ({ createdAt }) => <Timestamp instant={createdAt} />,
  },
]
