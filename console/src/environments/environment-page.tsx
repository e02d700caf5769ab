import { Button } from '@mantine/core'
import type { Environment, EnvironmentServer } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useMay } from '../access/rights.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { pages } from '../app/pages.ts'
import { DetailPage } from '../elements/detail-page.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { Tier } from '../executions/execution-facts.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AppUsageSection } from './app-usage/app-usage-section.tsx'
import { DownloadDialog } from './download-dialog.tsx'
import { EnvironmentActions } from './environment-actions.tsx'
import { Work } from './environment-card.tsx'
import classes from './environments.module.css'
import { DoubtedKey, Fingerprint } from './fingerprint.tsx'
import { InspectionAllowed } from './inspected-tls-dialog.tsx'
import { coarseMs, useLiveEnvironment } from './live-environments.ts'
import { byPresence, presenceFace, readiness } from './presence-faces.ts'
import { Drained, ServerActions, ServerLink } from './server-item.tsx'
import { useSpokenPresence } from './spoken-presence.ts'

/** One environment with all of its servers. */
export function EnvironmentPage() {
  const { environmentId } = useParams({ from: '/signed-in/environments/$environmentId' })
  const environment = useQuery({ ...environmentQueries.one(environmentId), refetchInterval: coarseMs })
  useLiveEnvironment(environmentId)
  useSpokenPresence(useMemo(() => environment.data && [environment.data], [environment.data]))
  return (
    <DetailPage
      noun="environment"
      list={pages.environments}
      id={environmentId}
      nameOf={({ name }) => name}
      query={environment}
    >
      {(shown) => <Shown environment={shown} />}
    </DetailPage>
  )
}

function Shown({ environment }: { environment: Environment }) {
  const navigate = useNavigate()
  const servers = useMemo(() => byPresence(environment.servers), [environment.servers])
  const mayWrite = useMay('write')
  const columns = useMemo(
    () => [...columnsOf(environment.id), ...(mayWrite ? [actionsOf(environment.id)] : [])],
    [environment.id, mayWrite],
  )
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
        {environment.ownerName !== null && (
          <span>
            Owner: <PlainText text={environment.ownerName} />
          </span>
        )}
        {environment.onHub && <span>Beside the hub</span>}
        {environment.allowInspectedTls && <InspectionAllowed className={classes['notice']} />}
      </div>
      {servers.length === 0 ? (
        <EmptyState title="No server yet">
          Download a bundle and start it where the work is; it enrols by itself and appears here.
        </EmptyState>
      ) : (
        <div className={classes['page']}>
          <VirtualTable
            label="Environment servers"
            columns={columns}
            rows={servers}
            rowKey={(server) => server.serverXid}
          />
          <AppUsageSection environmentId={environment.id} />
        </div>
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

function columnsOf(environmentId: string): readonly Column<EnvironmentServer>[] {
  return [
    stateColumn((server) => presenceFace(server), '112px', 'Presence'),
    {
      key: 'name',
      header: 'Environment server',
      width: 'minmax(120px, 2fr)',
      isPlain: true,
      render: (server) => (
        <span className={classes['name']}>
          <ServerLink environmentId={environmentId} server={server} /> {server.drainedAt && <Drained />}{' '}
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
      render: ({ enrolledFrom, keyFingerprint, compromisedFrom }) => (
        <span className={classes['stack']}>
          <code>{enrolledFrom ? plainText(enrolledFrom) : '–'}</code>
          {keyFingerprint && <Fingerprint text={keyFingerprint} />}
          {compromisedFrom && <DoubtedKey since={compromisedFrom} />}
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
}

function actionsOf(environmentId: string): Column<EnvironmentServer> {
  return {
    key: 'actions',
    header: 'Actions',
    width: '128px',
    align: 'end',
    render: (server) => <ServerActions environmentId={environmentId} server={server} />,
  }
}
