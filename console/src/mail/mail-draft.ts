import type { ChangeMailSettings, MailSettings } from '@postern/protocol'

/** The settings as they are typed. The password is empty until a new one is. */
export type MailDraft = Omit<MailSettings, 'isPasswordSet' | 'smtpPort'> & { smtpPort: string; smtpPassword: string }

export function draftOf(settings: MailSettings): MailDraft {
  const { smtpHost, smtpPort, smtpSecurity, smtpUsername, smtpFrom, smtpCaCertificates } = settings
  const plain = { smtpHost, smtpSecurity, smtpUsername, smtpFrom, smtpCaCertificates }
  return { ...plain, smtpPort: String(smtpPort), smtpPassword: '' }
}

/** Whether the hub forgets the password: it goes to no other server, and with no other name, than it was given for. */
export function forgetsPassword(settings: MailSettings, draft: MailDraft): boolean {
  return draft.smtpHost.trim() !== settings.smtpHost || draft.smtpUsername.trim() !== settings.smtpUsername
}

/** What is to be sent, without what a slip of the pen left around it; nothing where all is the same or something is missing. */
export function changedMailSettings(settings: MailSettings, draft: MailDraft): ChangeMailSettings | undefined {
  const { smtpPassword, smtpPort: port, ...plain } = draft
  const smtpPort = Number(port)
  const wanted = {
    smtpSecurity: plain.smtpSecurity,
    smtpHost: plain.smtpHost.trim(),
    smtpUsername: plain.smtpUsername.trim(),
    smtpFrom: plain.smtpFrom.trim(),
    smtpCaCertificates: plain.smtpCaCertificates.trim(),
    smtpPort,
  }
  if (wanted.smtpFrom === '' || !(smtpPort >= 1 && smtpPort <= 65_535)) return undefined
  const isSame = Object.entries(wanted).every(([name, value]) => settings[name as keyof typeof wanted] === value)
  if (isSame && smtpPassword === '') return undefined
  return { ...wanted, ...(smtpPassword !== '' && { smtpPassword }) }
}
