import { Button } from '@mantine/core'
import type { EnvironmentServer } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ActionMenu, type MenuAction } from '../elements/action-menu.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { Tier } from '../executions/execution-facts.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'
import { Fingerprint } from './fingerprint.tsx'
import { needsConfirmation, presenceFaces } from './presence-faces.ts'
import { ConfirmServerDialog, RevokeServerDialog } from './server-dialogs.tsx'

/** One server of a card: how it is, and all that tells it from another. */
export function ServerItem({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const face = presenceFaces[server.presence]
  return (
    <li className={classes['server']} data-presence={server.presence}>
      <div className={classes['serverLine']}>
        <StateBadge face={face} />
        <span className={classes['serverName']} title={plainText(server.name)}>
          <PlainText text={server.name} />
        </span>
        <ServerActions environmentId={environmentId} server={server} />
      </div>
      <p className={classes['serverFacts']}>
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
      </p>
    </li>
  )
}

/** What may be done with a server, for those who may: confirming stands out, since executions wait for it. */
export function ServerActions({ environmentId, server }: { environmentId: string; server: EnvironmentServer }) {
  const [asks, setAsks] = useState<'confirm' | 'revoke'>()
  const mayWrite = useMay('write')
  const waits = needsConfirmation(server)
  const dialog = { environmentId, server, onClose: () => setAsks(undefined) }
  const actions: MenuAction[] =
    server.presence === 'revoked'
      ? []
      : [{ name: 'Revoke …', icon: 'barred', isDangerous: true, act: () => setAsks('revoke') }]
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
      {asks === 'revoke' && <RevokeServerDialog {...dialog} />}
    </span>
  )
}
