import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../access/rights.ts'
import { notificationQueries } from '../api/notification-queries.ts'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { SettingsHead } from '../settings/settings-head.tsx'
import { MailForm } from './mail-form.tsx'
import { MailTable } from './mail-table.tsx'
import { MailTestForm } from './mail-test-form.tsx'
import { OwnAddressForm } from './own-address-form.tsx'

/** Administration → Settings → Mail (ES-16): how the hub sends, whether it can, and what it could not. */
export function MailSettingsPage() {
  const maySee = useMay('write')
  const settings = useQuery({ ...notificationQueries.mailSettings(), enabled: maySee })
  useDocumentTitle('Settings: mail · Postern')
  return (
    <div className={form['page']}>
      <SettingsHead
        at="/settings/mail"
        lead={
          maySee
            ? 'How this hub sends mail. What it tells of, and whom, the rules of the notifications say.'
            : 'Where this hub sends mail for you.'
        }
      />
      {maySee && settings.isPending && <SkeletonRows label="Loading the settings of mail" rows={5} />}
      {settings.isError && (
        <ProblemAlert what="The settings of mail" error={settings.error} onRetry={() => void settings.refetch()} />
      )}
      {settings.data && (
        <>
          <Section
            title="Mail server"
            summary={settings.data.content.smtpHost === '' ? 'Not set up: nothing is sent' : 'Set up'}
          >
            <MailForm newest={settings.data} />
          </Section>
          {settings.data.content.smtpHost !== '' && <MailTestForm />}
        </>
      )}
      <OwnAddressForm />
      {maySee && <MailTable />}
    </div>
  )
}
