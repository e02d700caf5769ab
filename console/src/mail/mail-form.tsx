import { type ChangeMailSettings, MailSettings, type SmtpSecurity } from '@postern/protocol'
import { useMay } from '../access/rights.ts'
import { apiTagged, type Tagged } from '../api/api.ts'
import { notificationKeys } from '../api/notification-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
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
export function MailForm({ newest }: { newest: Tagged<MailSettings> }) {
  const edited = useEdited(newest, draftOf)
  const { draft, setDraft, stored: settings, ifMatch } = edited
  const mayWrite = useMay('administrate')
  const field = fieldsOf(draft, setDraft)
  const changed = changedMailSettings(settings, draft)
  const save = useWrite({
    write: (body: ChangeMailSettings) =>
      apiTagged(paths.mailSettings, { method: 'PUT', body, reply: MailSettings, ifMatch }),
    said: 'The settings of mail are saved',
    touches: [notificationKeys.mailSettings, notificationKeys.mails],
    onDone: edited.onSaved,
  })
  return (
    <SettingsForm
      changes={changed}
      save={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
      onUndo={edited.undo}
    >
      <div className={form['row']}>
        <TextField
          {...field('smtpHost')}
          label="smtpHost"
          hint="Name of the mail server; empty: nothing is sent."
          isCode
          lengthMax={253}
          isReadOnly={!mayWrite}
        />
        <FiguresField {...field('smtpPort')} label="smtpPort" hint="Port that takes mail." isReadOnly={!mayWrite} />
      </div>
      <ChoiceField
        {...field('smtpSecurity')}
        label="smtpSecurity"
        hint={draft.smtpSecurity === 'none' ? undefined : 'The certificate of the mail server is always checked.'}
        isReadOnly={!mayWrite}
        choices={wordChoices(securityWords)}
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
          {...field('smtpUsername')}
          label="smtpUsername"
          hint="Empty: the mail server asks for none."
          isCode
          lengthMax={255}
          autoComplete="off"
          isReadOnly={!mayWrite}
        />
        {mayWrite && (
          <PasswordField
            {...field('smtpPassword')}
            label="smtpPassword"
            hint={passwordWords(settings, forgetsPassword(settings, draft))}
            lengthMax={1024}
          />
        )}
      </div>
      <TextField
        {...field('smtpFrom')}
        label="smtpFrom"
        hint="Sender of every mail, such as postern@example.org."
        isCode
        isRequired
        lengthMax={254}
        isReadOnly={!mayWrite}
      />
      <TextField
        {...field('smtpCaCertificates')}
        label="smtpCaCertificates"
        hint="PEM of your own CAs, where the mail server's certificate is not from a public one."
        isCode
        rows={draft.smtpCaCertificates === '' ? 2 : 6}
        isReadOnly={!mayWrite}
      />
      {edited.isOutdated && <ChangedMeanwhile what="the settings" edited={edited} onDecided={save.reset} />}
    </SettingsForm>
  )
}

function passwordWords({ isPasswordSet }: MailSettings, isForgotten: boolean): string {
  if (!isPasswordSet) return 'None is set. It is never shown again.'
  return isForgotten ? 'Give it again: host or user name changed.' : 'One is set; left empty, it stays.'
}
