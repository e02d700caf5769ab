import { type EnvironmentServer, paths } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/api.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'

interface ServerDialogProps {
  environmentId: string
  server: EnvironmentServer
  open: boolean
  onClose: () => void
}

/** S9: whoever confirms sees all by which an impostor could be told from the server that was meant. */
export function ConfirmServerDialog({ environmentId, server, open, onClose }: ServerDialogProps) {
  const confirm = useServerAction(environmentId, server, {
    path: paths.environmentServerConfirmation,
    said: 'is confirmed',
    onClose,
  })
  return (
    <ConfirmDialog
      title="Is this the server that you meant?"
      confirm="The fingerprint is the same: confirm"
      keep="Not yet"
      open={open}
      onClose={onClose}
      action={confirm}
    >
      <p className={classes['lead']}>
        It enrolled more than an hour after its download, so somebody has to look. Compare the fingerprint with the one
        that the environment server shows in its menu. Once confirmed, executions and their secrets go to it.
      </p>
      <Facts label="Who enrolled">
        <Fact name="Fingerprint of its key (SHA-256)" isLong>
          <span className={classes['fingerprint']}>
            <code>{server.keyFingerprint}</code>
            {server.keyFingerprint && <CopyButton text={server.keyFingerprint} label="Copy the fingerprint" />}
          </span>
        </Fact>
        <Fact name="Environment server">
          <PlainText text={server.name} />
        </Fact>
        <Fact name="Enrolled from">
          <code>{server.enrolledFrom}</code>
        </Fact>
        <Fact name="Downloaded by">
          <PlainText text={server.downloadedBy} />
        </Fact>
        <Fact name="Downloaded">
          <Timestamp instant={server.downloadedAt} />
        </Fact>
        {server.enrolledAt && (
          <Fact name="Enrolled">
            <Timestamp instant={server.enrolledAt} />
          </Fact>
        )}
      </Facts>
    </ConfirmDialog>
  )
}

export function RevokeServerDialog({ environmentId, server, open, onClose }: ServerDialogProps) {
  const revoke = useServerAction(environmentId, server, {
    path: paths.environmentServerRevocation,
    said: 'is revoked',
    onClose,
  })
  return (
    <ConfirmDialog
      title="Revoke this environment server?"
      confirm="Revoke it for good"
      keep="Keep it"
      isDangerous
      open={open}
      onClose={onClose}
      action={revoke}
    >
      <p>
        <strong>
          <PlainText text={server.name} />
        </strong>{' '}
        loses its identity: the hub cuts its connection within seconds and takes nothing more from it. This cannot be
        taken back; to use the machine again, download a new bundle. What it runs now is taken over by another server of
        the environment where the app allows that.
      </p>
    </ConfirmDialog>
  )
}

interface ServerAction {
  path: (environmentId: string, serverXid: string) => string
  said: string
  onClose: () => void
}

function useServerAction(environmentId: string, server: EnvironmentServer, { path, said, onClose }: ServerAction) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  return useMutation({
    mutationFn: () =>
      api(path(encodeURIComponent(environmentId), encodeURIComponent(server.serverXid)), { method: 'POST' }),
    onSuccess: async () => {
      onClose()
      announce(`${plainText(server.name)} ${said}`)
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['environments'] }),
        queryClient.invalidateQueries({ queryKey: ['environment', environmentId] }),
      ])
    },
  })
}
