import { Button } from '@mantine/core'
import type { PasswordLink } from '@postern/protocol'
import { CopyButton } from '../elements/copy-button.tsx'
import form from '../elements/form.module.css'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'

interface HandedLinkProps {
  /** Whose it is. */
  username: string
  link: PasswordLink
  onClose: () => void
}

/** Says where a password link went; where it was not mailed, shows it this once, for the administrator to hand on. */
export function HandedLink({ username, link, onClose }: HandedLinkProps) {
  const { url, mail, expiresAt } = link
  return (
    <ModalDialog
      title={url === null ? 'The link was mailed' : 'Hand the link on'}
      open
      {...(url === null && { onClose })}
    >
      <div className={dialog['fields']}>
        {mail !== null && (
          <Notice tone={mail.isSent ? 'good' : 'bad'} role="status" isSigned={!mail.isSent}>
            <PlainText text={mail.said} />
          </Notice>
        )}
        {url !== null && (
          <>
            <Notice>
              Copy it now: the hub shows it this once and never again. Whoever has it signs in as{' '}
              <PlainText text={username} />.
            </Notice>
            <div className={form['secret']}>
              <span className={form['stretch']}>{url}</span>
              <CopyButton text={url} label="Copy the link" />
            </div>
          </>
        )}
        <p>
          It works once, until <Timestamp instant={expiresAt} />.
        </p>
      </div>
      <div className={dialog['actions']}>
        <Button data-focus-first onClick={onClose}>
          {url === null ? 'Close' : 'I have copied it'}
        </Button>
      </div>
    </ModalDialog>
  )
}
