import { Button } from '@mantine/core'
import { MailAnswer } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { NarrowForm } from '../elements/narrow-form.tsx'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { AddressRow } from './address-row.tsx'

/** Sends a mail at once and shows what the mail server answered. */
export function MailTestForm() {
  const [to, setTo] = useState('')
  const mayWrite = useMay('administrate')
  const send = useWrite({
    write: () => api(paths.mailTest, { method: 'POST', body: { to: to.trim() }, reply: MailAnswer }),
    said: 'The mail server answered',
    touches: [],
  })
  if (!mayWrite) return null
  return (
    <Section title="Send a test" summary="With the settings that are saved, at once">
      <NarrowForm
        error={send.error}
        onSubmit={() => {
          if (to.trim() !== '') send.mutate()
        }}
      >
        <AddressRow name="to" label="To" value={to} onChange={setTo}>
          <Button type="submit" disabled={to.trim() === ''} loading={send.isPending}>
            Send a test
          </Button>
        </AddressRow>
        {send.data && (
          <Notice tone={send.data.isSent ? 'good' : 'bad'} role="status" isSigned={!send.data.isSent}>
            <PlainText text={send.data.said} />
          </Notice>
        )}
      </NarrowForm>
    </Section>
  )
}
