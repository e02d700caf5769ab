import type { Environment } from '@postern/protocol'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { NameLink } from '../elements/name-link.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import classes from './environments.module.css'
import { presenceCounts, presenceFaces, readiness } from './presence-faces.ts'

interface EnvironmentTableProps {
  query: UseInfiniteQueryResult<InfiniteData<{ data: Environment[]; next?: string | undefined }>>
  empty: React.ReactNode
}

/** Environments where there are too many for cards. */
export function EnvironmentTable({ query, empty }: EnvironmentTableProps) {
  const navigate = useNavigate()
  return (
    <PagedTable
      label="Environments"
      query={query}
      columns={columns}
      rowKey={(environment) => environment.id}
      onOpen={({ id }) => void navigate({ to: '/environments/$environmentId', params: { environmentId: id } })}
      empty={empty}
    />
  )
}

const columns: readonly Column<Environment>[] = [
  {
    key: 'name',
    header: 'Environment',
    width: 'minmax(180px, 2fr)',
    isPlain: true,
    render: (environment) => (
      <NameLink to="/environments/$environmentId" params={{ environmentId: environment.id }} text={environment.name} />
    ),
  },
  {
    key: 'servers',
    header: 'Servers',
    width: 'minmax(160px, 2fr)',
    render: (environment) => <Presences environment={environment} />,
  },
  {
    key: 'state',
    header: 'Executions',
    width: 'minmax(190px, 2fr)',
    render: (environment) => <span className={classes['soft']}>{readiness(environment.servers)}</span>,
  },
  {
    key: 'queued',
    header: 'Queued',
    width: '84px',
    align: 'end',
    render: (environment) => <span>{formatCount(environment.executionsQueued)}</span>,
  },
  {
    key: 'running',
    header: 'Running',
    width: '84px',
    align: 'end',
    render: (environment) => <span>{formatCount(environment.executionsRunning)}</span>,
  },
  {
    key: 'made',
    header: 'Made',
    isSecondary: true,
    width: '176px',
    render: (environment) => <Timestamp instant={environment.createdAt} />,
  },
]

function Presences({ environment }: { environment: Environment }) {
  const counts = presenceCounts(environment.servers)
  if (counts.length === 0) return <span className={classes['soft']}>None</span>
  return (
    <span className={classes['presences']}>
      {counts.map(({ presence, count }) => {
        const face = presenceFaces[presence]
        const word = `${formatCount(count)} ${face.word.toLowerCase()}`
        return <StateBadge key={presence} face={{ ...face, word }} />
      })}
    </span>
  )
}
