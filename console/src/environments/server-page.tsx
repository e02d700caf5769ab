import { Button, NativeSelect } from '@mantine/core'
import type { EnvironmentServer } from '@postern/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { environmentQueries } from '../api/environment-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { telemetryKey, telemetryQueries } from '../api/telemetry-queries.ts'
import { useSpaced } from '../api/use-spaced.ts'
import { pages } from '../app/pages.ts'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { Tier } from '../executions/execution-facts.tsx'
import { formatDuration } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { CertificateFact } from './certificate-fact.tsx'
import classes from './environments.module.css'
import { DoubtedKey, Fingerprint } from './fingerprint.tsx'
import { coarseMs, useLiveEnvironment } from './live-environments.ts'
import { presenceFace } from './presence-faces.ts'
import { Drained, ServerActions } from './server-item.tsx'
import { formatTimeOf, readSpan, spanChoices } from './server-search.ts'
import { useEdgeLive } from './telemetry/edge-live.ts'
import { ExecutionCountsTable } from './telemetry/execution-counts.tsx'
import { GaugeCard } from './telemetry/gauge-card.tsx'
import { gauges } from './telemetry/gauges.ts'
import telemetryClasses from './telemetry/telemetry.module.css'
import { WayOfFigures } from './telemetry/way-of-figures.tsx'

/** Least time between two reads of figures, in milliseconds: both ways of hearing may tell of the same. */
const refreshGapMs = 1000

/** One environment server: how it is, what it measures of itself, and what it did. */
export function ServerPage() {
  const { environmentId, serverXid } = useParams({ from: '/signed-in/environments/$environmentId/servers/$serverXid' })
  const server = useQuery({
    ...telemetryQueries.server(environmentId, serverXid),
    refetchInterval: coarseMs,
  })
  useLiveEnvironment(environmentId)
  return (
    <DetailPage
      noun="environment server"
      list={pages.environments}
      id={serverXid}
      nameOf={({ name }) => name}
      query={server}
    >
      {(shown) => <Shown environmentId={environmentId} server={shown} />}
    </DetailPage>
  )
}

function Shown({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const environment = useQuery(environmentQueries.one(environmentId))
  return (
    <div className={telemetryClasses['page']}>
      <DetailHead
        over={
          <Link to="/environments/$environmentId" params={{ environmentId }}>
            <PlainText text={environment.data?.name ?? 'Its environment'} />
          </Link>
        }
        name={server.name}
        nameOf={`No. ${server.serverXid}`}
        face={presenceFace(server)}
        actions={
          <>
            {server.drainedAt && <Drained />}
            <Button
              renderRoot={(props) => (
                <Link
                  to="/environments/$environmentId/servers/$serverXid/settings"
                  params={{ environmentId, serverXid: server.serverXid }}
                  {...props}
                />
              )}
              variant="default"
              size="xs"
              leftSection={<Icon name="pencil" size={14} />}
            >
              Settings
            </Button>
            <ServerActions environmentId={environmentId} server={server} />
          </>
        }
      />
      <Figures environmentId={environmentId} server={server} />
    </div>
  )
}

function Figures({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const { serverXid } = server
  const search = useSearch({ from: '/signed-in/environments/$environmentId/servers/$serverXid' })
  const navigate = useNavigate({ from: '/environments/$environmentId/servers/$serverXid' })
  const span = readSpan(search)
  const telemetry = useQuery(telemetryQueries.telemetry(environmentId, serverXid, span))
  const queryClient = useQueryClient()
  const refreshSoon = useSpaced(
    () => void queryClient.invalidateQueries({ queryKey: telemetryKey(environmentId, serverXid) }),
    refreshGapMs,
  )
  const follows = { subscribe: 'environment-server', id: serverXid } as const
  useLiveChanges(follows, refreshSoon)
  const port = telemetry.data?.livePort
  const edge = useEdgeLive(port, follows, refreshSoon)
  return (
    <>
      <Section
        title="Figures"
        summary={
          silent.includes(server.presence) ? (
            <LastFigures spokeAt={telemetry.data?.now?.at} />
          ) : (
            <WayOfFigures edge={edge} port={port} />
          )
        }
        actions={
          <NativeSelect
            size="xs"
            aria-label="Time shown"
            value={span}
            onChange={(event) => {
              const chosen = event.currentTarget.value
              void navigate({ search: { span: chosen }, replace: true, resetScroll: false })
            }}
            data={spanChoices}
          />
        }
      >
        {telemetry.isPending && <SkeletonRows label="Loading the figures" rows={6} />}
        {telemetry.isError && (
          <ProblemAlert what="The figures" error={telemetry.error} onRetry={() => void telemetry.refetch()} />
        )}
        {telemetry.data && (
          <div className={telemetryClasses['gauges']}>
            {gauges.map((gauge) => (
              <GaugeCard key={gauge.name} gauge={gauge} telemetry={telemetry.data} formatTime={formatTimeOf(span)} />
            ))}
          </div>
        )}
      </Section>
      {telemetry.data && (
        <Section title="Executions" summary="As the hub has them in its books">
          <ExecutionCountsTable executions={telemetry.data.executions} />
        </Section>
      )}
      <Section title="About it">
        <About server={server} uptimeSeconds={telemetry.data?.now?.uptimeSeconds} spokeAt={telemetry.data?.now?.at} />
      </Section>
    </>
  )
}

/** States in which nothing new comes: what is shown is what it said last. */
const silent: readonly EnvironmentServer['presence'][] = ['waiting', 'offline', 'revoked']

function LastFigures({ spokeAt }: { spokeAt: string | undefined }) {
  if (spokeAt === undefined) return null
  return (
    <>
      As it said them last, <Timestamp instant={spokeAt} />
    </>
  )
}

interface AboutProps {
  server: EnvironmentServer
  uptimeSeconds: number | undefined
  spokeAt: string | undefined
}

function About({ server, uptimeSeconds, spokeAt }: AboutProps) {
  return (
    <Facts label="About this server">
      <Fact name="Last heartbeat">
        {server.lastHeartbeatAt ? <Timestamp instant={server.lastHeartbeatAt} /> : 'Never'}
      </Fact>
      <Fact name="Last figures">{spokeAt ? <Timestamp instant={spokeAt} /> : 'None yet'}</Fact>
      <Fact name="Running for">{uptimeSeconds === undefined ? '–' : formatDuration(uptimeSeconds * 1000)}</Fact>
      <Fact name="Version">{server.version ? plainText(server.version) : '–'}</Fact>
      {server.setAside && (
        <Fact name="Newer file set aside">
          <span className={classes['stack']}>
            <Timestamp instant={server.setAside.at} />
            <PlainText text={server.setAside.reason} />
          </span>
        </Fact>
      )}
      {server.inspectedTls !== null && (
        <Fact name="TLS opened on the way by">
          <PlainText text={server.inspectedTls} />
        </Fact>
      )}
      <Fact name="Sandbox">{server.tier ? <Tier tier={server.tier} /> : '–'}</Fact>
      <Fact name="Enrolled">{server.enrolledAt ? <Timestamp instant={server.enrolledAt} /> : 'Not yet'}</Fact>
      <Fact name="Enrolled from">
        <code>{server.enrolledFrom ? plainText(server.enrolledFrom) : '–'}</code>
      </Fact>
      <Fact name="Fingerprint of its key">
        {server.keyFingerprint ? <Fingerprint text={server.keyFingerprint} /> : '–'}
        {server.compromisedFrom && <DoubtedKey since={server.compromisedFrom} />}
      </Fact>
      <Fact name="Certificate good until">
        <CertificateFact server={server} />
      </Fact>
      <Fact name="Downloaded">
        <span className={classes['stack']}>
          <Timestamp instant={server.downloadedAt} />
          <span className={classes['soft']}>
            by <PlainText text={server.downloadedBy} />
          </span>
        </span>
      </Fact>
      {server.drainedAt && (
        <Fact name="Drained">
          <Timestamp instant={server.drainedAt} />
        </Fact>
      )}
    </Facts>
  )
}
