import { Button } from '@mantine/core'
import type { EnvironmentServer } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ActionMenu, type MenuAction } from '../elements/action-menu.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { Tier } from '../executions/execution-facts.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'
import { DoubtedKey, Fingerprint } from './fingerprint.tsx'
import { EnrolAnewDialog } from './enrol-anew-dialog.tsx'
import { needsConfirmation, type Presence, presenceFace } from './presence-faces.ts'
import { RenameServerDialog } from './rename-server-dialog.tsx'
import { RevokeServerDialog } from './revoke-server-dialog.tsx'
import { ConfirmServerDialog, DrainServerDialog, ResumeServerDialog } from './server-dialogs.tsx'

/** One server of a card: how it is, and all that tells it from another. */
export function ServerItem({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  return (
    <li className={classes['server']} data-presence={server.presence}>
      <div className={classes['serverLine']}>
        <StateBadge face={presenceFace(server)} />
        <span className={classes['serverName']} title={plainText(server.name)}>
          <ServerLink environmentId={environmentId} server={server} />
        </span>
        <ServerActions environmentId={environmentId} server={server} />
      </div>
      {explained.includes(server.presence) && <p className={classes['reason']}>{plainText(server.presenceReason)}</p>}
      <p className={classes['serverFacts']}>
        {server.drainedAt && <Drained />}
        {server.setAside && (
          <span className={classes['notice']} title={plainText(server.setAside.reason)}>
            Upgrade set aside
          </span>
        )}
        {server.inspectedTls !== null && (
          <span className={classes['notice']} title={`TLS is opened on the way by ${plainText(server.inspectedTls)}`}>
            TLS inspected
          </span>
        )}
        {server.lastHeartbeatAt ? (
          <span>
            Heard <Timestamp instant={server.lastHeartbeatAt} />
          </span>
        ) : (
          <span>
            Downloaded by <PlainText text={server.downloadedBy} /> <Timestamp instant={server.downloadedAt} />
          </span>
        )}
        <span title="serverXid: given at the download, fixed for its life">No. {plainText(server.serverXid)}</span>
        {server.version && <span>Version {plainText(server.version)}</span>}
        {server.tier && <Tier tier={server.tier} />}
        {server.enrolledFrom && <code>{plainText(server.enrolledFrom)}</code>}
        {server.keyFingerprint && <Fingerprint text={server.keyFingerprint} />}
        {server.compromisedFrom && <DoubtedKey since={server.compromisedFrom} />}
      </p>
    </li>
  )
}

/** States whose reason stands beside them; the others say all there is by their name. */
const explained: readonly Presence[] = ['waiting', 'unhealthy', 'unknown', 'offline']

/** The way to the server's own page, with its figures. */
export function ServerLink({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const params = { environmentId, serverXid: server.serverXid }
  return (
    <Link to="/environments/$environmentId/servers/$serverXid" params={params}>
      <PlainText text={server.name} />
    </Link>
  )
}

/** Says that a person keeps executions away from it. */
export function Drained() {
  return (
    <span className={classes['notice']} title="Nothing more is placed on it; what it runs ends by itself">
      Drained
    </span>
  )
}

/** What may be done with a server, for those who may: confirming stands out, since executions wait for it. */
export function ServerActions({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const [asks, setAsks] = useState<'confirm' | 'rename' | 'drain' | 'resume' | 'enrol' | 'revoke'>()
  const mayWrite = useMay('write')
  const waits = needsConfirmation(server)
  const dialog = { environmentId, server, onClose: () => setAsks(undefined) }
  const isEnrolled = server.presence !== 'waiting' && server.presence !== 'revoked'
  const actions: MenuAction[] = [
    ...(isEnrolled ? [{ name: 'Rename …', icon: 'pencil' as const, act: () => setAsks('rename') }] : []),
    ...(server.presence === 'revoked'
      ? []
      : [
          server.drainedAt === null
            ? { name: 'Drain …', icon: 'pause' as const, act: () => setAsks('drain') }
            : { name: 'Let it take executions …', icon: 'play' as const, act: () => setAsks('resume') },
        ]),
    ...(server.presence === 'waiting'
      ? []
      : [{ name: 'Enrol it anew …', icon: 'retry' as const, act: () => setAsks('enrol') }]),
    {
      name: server.presence === 'revoked' ? 'Its key was in other hands …' : 'Revoke …',
      icon: 'barred',
      isDangerous: true,
      act: () => setAsks('revoke'),
    },
  ]
  return (
    <span className={classes['serverActions']}>
      {waits && !mayWrite && <span className={classes['notice']}>Not confirmed</span>}
      {waits && mayWrite && (
        <Button size="compact-xs" onClick={() => setAsks('confirm')}>
          Confirm …
        </Button>
      )}
      {mayWrite && <ActionMenu label={`Actions for ${plainText(server.name)}`} actions={actions} />}
      {asks === 'confirm' && <ConfirmServerDialog {...dialog} />}
      {asks === 'rename' && <RenameServerDialog {...dialog} />}
      {asks === 'drain' && <DrainServerDialog {...dialog} />}
      {asks === 'resume' && <ResumeServerDialog {...dialog} />}
      {asks === 'enrol' && <EnrolAnewDialog {...dialog} />}
      {asks === 'revoke' && <RevokeServerDialog {...dialog} />}
    </span>
  )
}
