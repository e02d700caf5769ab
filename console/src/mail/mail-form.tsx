import { Button, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { type ChangeMailSettings, MailSettings, paths, smtpSecurities, type SmtpSecurity } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { notificationKeys } from '../api/notification-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { NarrowForm } from '../elements/narrow-form.tsx'
import { Notice } from '../elements/notice.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { changedMailSettings, draftOf, forgetsPassword } from './mail-draft.ts'

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
    <NarrowForm
      onSubmit={() => {
        if (changed) save.mutate(changed)
      }}
    >
      <div className={form['row']}>
        <TextInput
          className={form['code']}
          label="smtpHost"
          description="Name of the mail server; empty: nothing is sent."
          maxLength={253}
          readOnly={!mayWrite}
          value={draft.smtpHost}
          onChange={(event) => change({ smtpHost: event.currentTarget.value })}
        />
        <FiguresInput
          label="smtpPort"
          description="Port that takes mail."
          readOnly={!mayWrite}
          value={draft.smtpPort}
          onChange={(smtpPort) => change({ smtpPort })}
        />
      </div>
      <NativeSelect
        label="smtpSecurity"
        description={
          draft.smtpSecurity === 'none' ? undefined : 'The certificate of the mail server is always checked.'
        }
        disabled={!mayWrite}
        value={draft.smtpSecurity}
        onChange={(event) => {
          const chosen = smtpSecurities.find((each) => each === event.currentTarget.value)
          if (chosen) change({ smtpSecurity: chosen })
        }}
        data={smtpSecurities.map((value) => ({ value, label: securityWords[value] }))}
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
        <TextInput
          className={form['code']}
          label="smtpUsername"
          description="Empty: the mail server asks for none."
          maxLength={255}
          autoComplete="off"
          readOnly={!mayWrite}
          value={draft.smtpUsername}
          onChange={(event) => change({ smtpUsername: event.currentTarget.value })}
        />
        {mayWrite && (
          <PasswordInput
            label="smtpPassword"
            description={passwordWords(settings, forgetsPassword(settings, draft))}
            maxLength={1024}
            autoComplete="new-password"
            value={draft.smtpPassword}
            onChange={(event) => change({ smtpPassword: event.currentTarget.value })}
          />
        )}
      </div>
      <TextInput
        className={form['code']}
        label="smtpFrom"
        description="Sender of every mail, such as postern@example.org."
        required
        maxLength={254}
        readOnly={!mayWrite}
        value={draft.smtpFrom}
        onChange={(event) => change({ smtpFrom: event.currentTarget.value })}
      />
      <Textarea
        className={form['code']}
        label="smtpCaCertificates"
        description="PEM of your own CAs, where the mail server's certificate is not from a public one."
        rows={draft.smtpCaCertificates === '' ? 2 : 6}
        readOnly={!mayWrite}
        value={draft.smtpCaCertificates}
        onChange={(event) => change({ smtpCaCertificates: event.currentTarget.value })}
      />
      {save.isError && <ProblemAlert error={save.error} />}
      {mayWrite ? (
        <div className={form['actions']}>
          <Button variant="default" disabled={!changed} onClick={() => setDraft(draftOf(settings))}>
            Undo
          </Button>
          <Button type="submit" disabled={!changed} loading={save.isPending}>
            Save the settings
          </Button>
        </div>
      ) : (
        <p className={form['hint']}>Administrators of the hub alone change them.</p>
      )}
    </NarrowForm>
  )
}

function passwordWords({ isPasswordSet }: MailSettings, isForgotten: boolean): string {
  if (!isPasswordSet) return 'None is set. It is never shown again.'
  return isForgotten ? 'Give it again: host or user name changed.' : 'One is set; left empty, it stays.'
}
