import type { EnvironmentServer } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'

const confirmedWithinMs = 3_600_000

interface ServerDialogProps {
  environmentId: string
  server: EnvironmentServer
  onClose: () => void
}

/** S9: whoever confirms sees all by which an impostor could be told from the server that was meant. */
export function ConfirmServerDialog(of: ServerDialogProps) {
  const { server } = of
  // Live pages change under the reader: what was compared is what this dialog showed first, and that alone is confirmed.
  const [keyFingerprint] = useState(server.keyFingerprint)
  return (
    <ServerDialog
      {...of}
      title="Is this the server that you meant?"
      confirm="The fingerprint is the same: confirm"
      keep="Not yet"
      path={paths.environmentServerConfirmation}
      body={{ keyFingerprint }}
      said="is confirmed"
    >
      <p className={classes['lead']}>
        {whyConfirmed(server)}, so somebody has to look. Compare the fingerprint with the one that{' '}
        <code>./postern-envsvr status</code> says on the server itself. Once confirmed, executions and their secrets go
        to it.
      </p>
      <Facts label="Who enrolled">
        <Fact name="Fingerprint of its key (SHA-256)" isLong>
          <span className={classes['fingerprint']}>
            <code>{keyFingerprint}</code>
            {keyFingerprint && <CopyButton text={keyFingerprint} label="Copy the fingerprint" />}
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
    </ServerDialog>
  )
}

/** As the hub judges it (S9, D37): a first enrolment in time is confirmed by itself. */
function whyConfirmed({ enrolledAt, downloadedAt }: EnvironmentServer): string {
  const isLate = enrolledAt !== null && Date.parse(enrolledAt) - Date.parse(downloadedAt) > confirmedWithinMs
  return isLate
    ? 'It enrolled more than an hour after its download'
    : 'It has another key than before, or came back after the end of its certificate'
}

export function DrainServerDialog(of: ServerDialogProps) {
  return (
    <ServerDialog
      {...of}
      title="Drain this environment server?"
      confirm="Place nothing more on it"
      keep="Leave it as it is"
      path={paths.environmentServerDrain}
      said="is drained"
    >
      <p>
        <strong>
          <PlainText text={of.server.name} />
        </strong>{' '}
        gets no more executions until somebody lets it take them again. What it runs and holds in its queue ends there
        by itself. Executions wait where no other server of the environment is ready.
      </p>
    </ServerDialog>
  )
}

export function ResumeServerDialog(of: ServerDialogProps) {
  return (
    <ServerDialog
      {...of}
      title="Let it take executions again?"
      confirm="Let it take executions"
      keep="Leave it drained"
      path={paths.environmentServerDrain}
      method="DELETE"
      said="takes executions again"
    >
      <p>
        Executions are placed on{' '}
        <strong>
          <PlainText text={of.server.name} />
        </strong>{' '}
        again, those that wait first.
      </p>
    </ServerDialog>
  )
}

interface ServerActionProps extends ServerDialogProps {
  title: string
  confirm: string
  keep: string
  path: (environmentId: string, serverXid: string) => string
  method?: 'POST' | 'DELETE'
  body?: object
  /** Said of the server once it is done, after its name. */
  said: string
  children: React.ReactNode
}

/** Asks, and then tells the hub what is to become of the server. */
function ServerDialog({
  environmentId,
  server,
  onClose,
  path,
  method = 'POST',
  body,
  said,
  ...words
}: ServerActionProps) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const action = useMutation({
    mutationFn: () => api(path(environmentId, server.serverXid), { method, body }),
    onSuccess: async () => {
      onClose()
      announce(`${plainText(server.name)} ${said}`)
      await queryClient.invalidateQueries({ queryKey: environmentKeys.all })
    },
  })
  return <ConfirmDialog {...words} open onClose={onClose} action={action} />
}
