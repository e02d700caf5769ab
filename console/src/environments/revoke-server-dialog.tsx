import type { EnvironmentServer } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { executionKeys } from '../api/hub-queries.ts'
import { paths } from '../api/paths.ts'
import { receiptKeys } from '../api/receipt-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { instantOf } from '../format/utc-field.ts'

interface RevokeServerDialogProps {
  environmentId: string
  server: EnvironmentServer
  onClose: () => void
}

/** Takes a server's identity away, or says of one that has none any more since when others may have had its key (D40). */
export function RevokeServerDialog({ environmentId, server, onClose }: RevokeServerDialogProps) {
  const [since, setSince] = useState('')
  const compromisedFrom = instantOf(since)
  const isRevoked = server.presence === 'revoked'
  const path = paths.environmentServerRevocation(environmentId, server.serverXid)
  const revoke = useWrite({
    write: () => api(path, { method: 'POST', query: { compromisedFrom } }),
    said: `${plainText(server.name)} is revoked`,
    touches: [environmentKeys.all, receiptKeys.lists, executionKeys.receipts],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={isRevoked ? 'Was its key in other hands?' : 'Revoke this environment server?'}
      confirm={isRevoked ? 'Doubt what it signed' : 'Revoke it'}
      isDangerous
      isReady={!isRevoked || compromisedFrom !== undefined}
      onClose={onClose}
      action={revoke}
    >
      {!isRevoked && (
        <p>
          <strong>
            <PlainText text={server.name} />
          </strong>{' '}
          loses its identity: the hub cuts its connection within seconds and takes nothing more from it, results that it
          has not delivered included. What it runs now is taken over by another server of the environment where the app
          allows that. It comes back only by being enrolled anew, with a new key that a person confirms.
        </p>
      )}
      <TextField
        name="compromisedFrom"
        type="datetime-local"
        label="Others may have had its key since (UTC)"
        hint={`${isRevoked ? '' : 'Empty, if nobody had. '}Receipts that came signed by it from then on are shown as doubtful; a later time takes nothing back.`}
        value={since}
        onChange={setSince}
      />
    </FormDialog>
  )
}
