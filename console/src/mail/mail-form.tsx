import { type ChangeMailSettings, MailSettings, paths, type SmtpSecurity } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { notificationKeys } from '../api/notification-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { Notice } from '../elements/notice.tsx'
import { TextField } from '../elements/text-field.tsx'
import { SettingsForm } from '../settings/settings-form.tsx'
import { changedMailSettings, draftOf, forgetsPassword } from './mail-draft.ts'
import { PasswordField } from './password-field.tsx'

const securityWords: Record<SmtpSecurity, string> = {
  starttls: 'starttls: encrypted before anything is said, usually port 587',
  tls: 'tls: encrypted from the first byte, usually port 465',
  none: 'none: not encrypted at all, usually port 25',
}

/** The mail server's settings by the names that the environment server has for its own. */
export function MailForm({ settings }: { settings: MailSettings }) {
  const [draft, setDraft] = useState(draftOf(settings))
  const mayWrite = useMay('administrate')
  const change = (changes: Partial<typeof draft>) => setDraft({ ...draft, ...changes })
  const changed = changedMailSettings(settings, draft)
  const save = useWrite({
    write: (body: ChangeMailSettings) => api(paths.mailSettings, { method: 'PUT', body, reply: MailSettings }),
    said: 'The settings of mail are saved',
    touches: [notificationKeys.mailSettings, notificationKeys.mails],
  })
  return (
    <SettingsForm changes={changed} save={save} onUndo={() => setDraft(draftOf(settings))}>
      <div className={form['row']}>
        <TextField
          name="smtpHost"
          label="smtpHost"
          hint="Name of the mail server; empty: nothing is sent."
          isCode
          lengthMax={253}
          isReadOnly={!mayWrite}
          value={draft.smtpHost}
          onChange={(smtpHost) => change({ smtpHost })}
        />
        <FiguresField
          name="smtpPort"
          label="smtpPort"
          hint="Port that takes mail."
          isReadOnly={!mayWrite}
          value={draft.smtpPort}
          onChange={(smtpPort) => change({ smtpPort })}
        />
      </div>
      <ChoiceField
        name="smtpSecurity"
        label="smtpSecurity"
        hint={draft.smtpSecurity === 'none' ? undefined : 'The certificate of the mail server is always checked.'}
        isReadOnly={!mayWrite}
        value={draft.smtpSecurity}
        choices={wordChoices(securityWords)}
        onChange={(smtpSecurity) => change({ smtpSecurity })}
      />
      {draft.smtpSecurity === 'none' && (
        <Notice isSigned label="Not encrypted">
          <p>
            Everyone between this hub and the mail server can read each mail, and the user name and password with it,
            and can change them. Take it only for a mail server on this machine or on a line of its own.
          </p>
        </Notice>
      )}
      <div className={form['row']}>
        <TextField
          name="smtpUsername"
          label="smtpUsername"
          hint="Empty: the mail server asks for none."
          isCode
          lengthMax={255}
          autoComplete="off"
          isReadOnly={!mayWrite}
          value={draft.smtpUsername}
          onChange={(smtpUsername) => change({ smtpUsername })}
        />
        {mayWrite && (
          <PasswordField
            name="smtpPassword"
            label="smtpPassword"
            hint={passwordWords(settings, forgetsPassword(settings, draft))}
            lengthMax={1024}
            value={draft.smtpPassword}
            onChange={(smtpPassword) => change({ smtpPassword })}
          />
        )}
      </div>
      <TextField
        name="smtpFrom"
        label="smtpFrom"
        hint="Sender of every mail, such as postern@example.org."
        isCode
        isRequired
        lengthMax={254}
        isReadOnly={!mayWrite}
        value={draft.smtpFrom}
        onChange={(smtpFrom) => change({ smtpFrom })}
      />
      <TextField
        name="smtpCaCertificates"
        label="smtpCaCertificates"
        hint="PEM of your own CAs, where the mail server's certificate is not from a public one."
        isCode
        rows={draft.smtpCaCertificates === '' ? 2 : 6}
        isReadOnly={!mayWrite}
        value={draft.smtpCaCertificates}
        onChange={(smtpCaCertificates) => change({ smtpCaCertificates })}
      />
    </SettingsForm>
  )
}

function passwordWords({ isPasswordSet }: MailSettings, isForgotten: boolean): string {
  if (!isPasswordSet) return 'None is set. It is never shown again.'
  return isForgotten ? 'Give it again: host or user name changed.' : 'One is set; left empty, it stays.'
}
