import { type HubKey, HubKeys, keyOverlapDays, revokedWordHours, type RotatedPurpose } from '@postern/protocol'
import { api } from '../api/api.ts'
import { hubKeyKeys } from '../api/key-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import form from '../elements/form.module.css'
import dialog from '../elements/modal-dialog.module.css'
import { purposeWords } from './key-words.ts'

interface RotateKeyDialogProps {
  purpose: RotatedPurpose
  /** Server files have no key of their own yet: that of packages signs them. */
  isFirstRelease: boolean
  onClose: () => void
}

/** D7: the next key, by the word of the one in use. */
export function RotateKeyDialog({ purpose, isFirstRelease, onClose }: RotateKeyDialogProps) {
  const { signs } = purposeWords[purpose]
  const rotate = useWrite({
    write: () => api(paths.hubKeys, { method: 'POST', body: { purpose }, reply: HubKeys }),
    said: `There is a new key for ${signs}`,
    touches: [hubKeyKeys.all],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={`A new key for ${signs}?`}
      confirm="Make the new key"
      keep="Leave it as it is"
      open
      onClose={onClose}
      action={rotate}
    >
      <div className={dialog['fields']}>
        <p>
          {isFirstRelease && purpose === 'release'
            ? `The key of packages, which signs server files so far, signs the new one; of server files it counts for ${keyOverlapDays} days more.`
            : `The key in use signs the new one and counts for ${keyOverlapDays} days more.`}{' '}
          Servers that are connected learn the new one within a minute, others when they connect; whoever is off for all
          of that time is told by hand.
        </p>
        <p>{whatFollows[purpose]}</p>
        {isFirstRelease && purpose === 'publisher' && (
          <p>Server files get a key of their own with it, which servers learn in the same way.</p>
        )}
        <p>It cannot be taken back. The audit says who did it.</p>
      </div>
    </ConfirmDialog>
  )
}

const whatFollows: Record<RotatedPurpose, string> = {
  command:
    'Each server is commanded by the new key from when it says that it trusts it, and by the old one until then: nothing waits.',
  publisher:
    'The hub signs the packages of the catalog anew by itself. Where a local policy names publishers, somebody types the new fingerprint on that server.',
  release: 'Downloads and upgrades are signed by every key that counts; one that the server trusts is enough.',
}

/** D7: what to do when somebody else may have a key. */
export function RevokeKeyDialog({ hubKey, onClose }: { hubKey: HubKey; onClose: () => void }) {
  const { keyId, purpose, fingerprint, endsAt } = hubKey
  const { signs } = purposeWords[purpose]
  const revoke = useWrite({
    write: () => api(paths.hubKeyRevocation(keyId), { method: 'POST', reply: HubKeys }),
    said: 'The key is revoked',
    touches: [hubKeyKeys.all],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title={`Revoke this key for ${signs}?`}
      confirm="Revoke it now"
      keep="Leave it as it is"
      isDangerous
      open
      onClose={onClose}
      action={revoke}
    >
      <div className={dialog['fields']}>
        <p className={form['address']}>
          <code>{fingerprint}</code>
        </p>
        <p>
          For a key that others may have. It counts for nothing here from now on, and on each server from when that
          hears of it: within a minute where it is connected.
        </p>
        {endsAt === null && (
          <p>
            A new key takes its place. Servers that connect within {revokedWordHours} hours learn that one by
            themselves; after that somebody types its fingerprint on each of them.
          </p>
        )}
        {purpose === 'publisher' && (
          <p>Versions of apps that nobody but this key vouched for run nowhere until they are installed again.</p>
        )}
        <p>It cannot be taken back.</p>
      </div>
    </ConfirmDialog>
  )
}
