import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { Environment, EnvironmentServer } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useMay } from '../access/rights.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { isNotFound, Missing } from '../elements/missing.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { Tier } from '../executions/execution-facts.tsx'
import { plainText } from '../format/text-pieces.ts'
import { DownloadDialog } from './download-dialog.tsx'
import { EnvironmentActions } from './environment-actions.tsx'
import { Work } from './environment-card.tsx'
import classes from './environments.module.css'
import { Fingerprint } from './fingerprint.tsx'
import { coarseMs, useLiveEnvironment } from './live-environments.ts'
import { byPresence, presenceFaces, readiness } from './presence-faces.ts'
import { ServerActions } from './server-item.tsx'
import { useSpokenPresence } from './spoken-presence.ts'

/** One environment with all of its servers. */
export function EnvironmentPage() {
  const { environmentId } = useParams({ from: '/signed-in/environments/$environmentId' })
  const environment = useQuery({ ...environmentQueries.one(environmentId), refetchInterval: coarseMs })
  useLiveEnvironment(environmentId)
  useSpokenPresence(useMemo(() => environment.data && [environment.data], [environment.data]))
  const isMissing = !environment.data && isNotFound(environment.error)
  useDocumentTitle(
    `${environment.data ? plainText(environment.data.name) : isMissing ? 'No such environment' : 'Environment'} · Postern`,
  )
  return (
    <div className={classes['page']}>
      <Crumbs here={environment.data?.name ?? environmentId}>
        <Link to="/environments">Environments</Link>
      </Crumbs>
      {environment.isPending && <SkeletonRows label="Loading the environment" />}
      {isMissing && (
        <Missing what="environment">
          <Link to="/environments">Back to the environments</Link>
        </Missing>
      )}
      {environment.isError && !isMissing && (
        <ProblemAlert
          what={environment.data ? 'What you see may be old' : 'This environment'}
          error={environment.error}
          onRetry={() => void environment.refetch()}
        />
      )}
      {environment.data && <Shown environment={environment.data} />}
    </div>
  )
}

function Shown({ environment }: { environment: Environment }) {
  const navigate = useNavigate()
  const servers = useMemo(() => byPresence(environment.servers), [environment.servers])
  const mayWrite = useMay('write')
  return (
    <>
      <PageHead title={plainText(environment.name)} lead={readiness(environment.servers)}>
        <DownloadButton environment={environment} />
        <EnvironmentActions environment={environment} onDeleted={() => void navigate({ to: '/environments' })} />
      </PageHead>
      <div className={classes['summary']}>
        <Work environment={environment} />
        <Link to="/jobs" search={{ environment: environment.id }}>
          Jobs of this environment
        </Link>
      </div>
      {servers.length === 0 ? (
        <EmptyState title="No server yet">
          Download a bundle and start it where the work is; it enrols by itself and appears here.
        </EmptyState>
      ) : (
        <VirtualTable
          label="Environment servers"
          columns={mayWrite ? [...columns, actionsOf(environment.id)] : columns}
          rows={servers}
          rowKey={(server) => server.serverXid}
        />
      )}
    </>
  )
}

function DownloadButton({ environment }: { environment: Environment }) {
  const [isOpen, setOpen] = useState(false)
  if (!useMay('write')) return null
  return (
    <>
      <Button size="xs" leftSection={<Icon name="down" size={14} />} onClick={() => setOpen(true)}>
        Download a server …
      </Button>
      {isOpen && <DownloadDialog environment={environment} onClose={() => setOpen(false)} />}
    </>
  )
}

const columns: readonly Column<EnvironmentServer>[] = [
  {
    key: 'presence',
    header: 'Presence',
    width: '106px',
    isPlain: true,
    render: ({ presence }) => (
      <span>
        <StateBadge face={presenceFaces[presence]} title={presenceFaces[presence].meaning} />
      </span>
    ),
  },
  {
    key: 'name',
    header: 'Environment server',
    width: 'minmax(120px, 2fr)',
    isPlain: true,
    render: (server) => (
      <span className={classes['name']}>
        <PlainText text={server.name} />{' '}
        <span className={classes['soft']} title="serverXid: given at the download, fixed for its life">
          {plainText(server.serverXid)}
        </span>
      </span>
    ),
  },
  {
    key: 'heard',
    header: 'Last heartbeat',
    width: '176px',
    render: ({ lastHeartbeatAt }) => (lastHeartbeatAt ? <Timestamp instant={lastHeartbeatAt} /> : <span>Never</span>),
  },
  {
    key: 'version',
    header: 'Version, tier',
    isSecondary: true,
    width: 'minmax(148px, 1fr)',
    render: ({ version, tier }) => (
      <span className={classes['presences']}>
        {version ? plainText(version) : '–'} {tier && <Tier tier={tier} />}
      </span>
    ),
  },
  {
    key: 'enrolled',
    header: 'Enrolled from, fingerprint',
    width: '192px',
    render: ({ enrolledFrom, keyFingerprint }) => (
      <span className={classes['stack']}>
        <code>{enrolledFrom ? plainText(enrolledFrom) : '–'}</code>
        {keyFingerprint && <Fingerprint text={keyFingerprint} />}
      </span>
    ),
  },
  {
    key: 'downloaded',
    header: 'Downloaded by',
    isSecondary: true,
    width: 'minmax(130px, 1fr)',
    render: (server) => (
      <span title={server.downloadedAt}>
        <PlainText text={server.downloadedBy} />
      </span>
    ),
  },
]

function actionsOf(environmentId: string): Column<EnvironmentServer> {
  return {
    key: 'actions',
    header: 'Actions',
    width: '128px',
    align: 'end',
    render: (server) => <ServerActions environmentId={environmentId} server={server} />,
  }
}
