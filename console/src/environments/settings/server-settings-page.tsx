import { Button } from '@mantine/core'
import type { ReportedSetting, ServerSettings, SettingsRequest } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../access/rights.ts'
import { serverSettingsQueries } from '../../api/server-settings-queries.ts'
import { telemetryQueries } from '../../api/telemetry-queries.ts'
import { pages } from '../../app/pages.ts'
import { DetailHead } from '../../elements/detail-head.tsx'
import { DetailPage } from '../../elements/detail-page.tsx'
import { Notice } from '../../elements/notice.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { Section } from '../../elements/section.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { coarseMs, useLiveEnvironment } from '../live-environments.ts'
import { PolicySection } from '../policy/policy-section.tsx'
import { ChangeSettingDialog } from './change-setting-dialog.tsx'
import classes from './server-settings.module.css'
import { originWords, valueWords } from './setting-words.ts'

/** ES-12: a server's settings as it reported them, who set each, and those that it lets the hub set. */
export function ServerSettingsPage() {
  const { environmentId, serverXid } = useParams({
    from: '/signed-in/environments/$environmentId/servers/$serverXid/settings',
  })
  const settings = useQuery({
    ...serverSettingsQueries.one(environmentId, serverXid),
    refetchInterval: coarseMs,
  })
  const server = useQuery(telemetryQueries.server(environmentId, serverXid))
  useLiveEnvironment(environmentId)
  const name = server.data?.name ?? serverXid
  return (
    <DetailPage
      noun="environment server"
      list={pages.environments}
      id={`Settings of ${name}`}
      nameOf={() => `Settings of ${name}`}
      query={settings}
    >
      {(shown) => (
        <>
          <DetailHead
            over={
              <Link to="/environments/$environmentId/servers/$serverXid" params={{ environmentId, serverXid }}>
                <PlainText text={name} />
              </Link>
            }
            name="Settings"
            nameOf={`No. ${serverXid}`}
          />
          <Shown environmentId={environmentId} serverXid={serverXid} settings={shown} />
          <PolicySection environmentId={environmentId} serverXid={serverXid} />
        </>
      )}
    </DetailPage>
  )
}

interface ShownProps {
  environmentId: string
  serverXid: string
  settings: ServerSettings
}

function Shown({ environmentId, serverXid, settings: { reportedAt, settings, lastRequest } }: ShownProps) {
  const [changes, setChanges] = useState<ReportedSetting>()
  if (reportedAt === null)
    return (
      <Notice role="note">
        It has not reported its settings yet: it does once it is connected, unless its release is an old one.
      </Notice>
    )
  return (
    <>
      {lastRequest && lastRequest.state !== 'applied' && <Request request={lastRequest} />}
      <Section
        title="As it reported them"
        summary={
          <>
            <Timestamp instant={reportedAt} />. What the hub may set here, the server's own policy.json says; the rest
            is changed on its machine, with configure.sh.
          </>
        }
      >
        <div className={classes['scroll']}>
          <table className={classes['settings']} aria-label="Settings of this server">
            <thead>
              <tr>
                <th scope="col" className={classes['number']}>
                  No.
                </th>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">Set by</th>
                <th scope="col" aria-label="Actions" />
              </tr>
            </thead>
            <tbody>
              {settings.map((setting) => (
                <Row key={setting.name} setting={setting} onChange={() => setChanges(setting)} />
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      {changes && (
        <ChangeSettingDialog
          environmentId={environmentId}
          serverXid={serverXid}
          setting={changes}
          onClose={() => setChanges(undefined)}
        />
      )}
    </>
  )
}

function Row({ setting, onChange }: { setting: ReportedSetting; onChange: () => void }) {
  const { number, name, help, hubMaySet } = setting
  const mayWrite = useMay('write')
  return (
    <tr>
      <td className={classes['number']}>{number}</td>
      <th scope="row">
        <PlainText text={name} />
        <span className={classes['help']}>
          <PlainText text={help} />
        </span>
      </th>
      <td className={classes['value']}>
        <PlainText text={valueWords(setting)} />
      </td>
      <td>{originWords(setting)}</td>
      <td>
        {hubMaySet && mayWrite && (
          <Button variant="default" size="compact-xs" onClick={onChange} aria-label={`Change ${name}`}>
            Change
          </Button>
        )}
      </td>
    </tr>
  )
}

/** What was asked of it and is not so yet, or will not be. */
function Request({ request: { state, requestedBy, requestedAt, settings, detail } }: { request: SettingsRequest }) {
  const what = Object.entries(settings)
    .map(([name, value]) => `${name} = ${value === null ? 'its default' : String(value)}`)
    .join(', ')
  return (
    <Notice tone={state === 'waiting' ? 'notice' : 'bad'} role="status" isSigned={state !== 'waiting'}>
      <p>
        <PlainText text={requestedBy} /> asked for <PlainText text={what} /> <Timestamp instant={requestedAt} />.{' '}
        {state === 'waiting' && 'The server takes it when it is heard next.'}
        {state === 'expired' && 'The server was not heard for a day, so that nothing came of it.'}
        {state === 'refused' && (
          <>
            It refused: <PlainText text={detail} />
          </>
        )}
      </p>
    </Notice>
  )
}
