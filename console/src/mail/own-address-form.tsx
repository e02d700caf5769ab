import { Button, TextInput } from '@mantine/core'
import { OwnMailAddress, paths } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { notificationKeys, notificationQueries } from '../api/notification-queries.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'

/** Where mail goes that no rule sends: administrators are told of every environment server that enrols (S9). */
export function OwnAddressForm() {
  const own = useQuery(notificationQueries.ownAddress())
  if (own.data === undefined) return null
  return (
    <Section title="Your own address" summary="Administrators are told of every environment server that enrols">
      <OwnAddress key={own.data.mailAddress} mailAddress={own.data.mailAddress ?? ''} />
    </Section>
  )
}

function OwnAddress({ mailAddress }: { mailAddress: string }) {
  const [draft, setDraft] = useState(mailAddress)
  const save = useWrite({
    write: () =>
      api(paths.ownMailAddress, {
        method: 'PUT',
        body: { mailAddress: draft.trim() === '' ? null : draft.trim() },
        reply: OwnMailAddress,
      }),
    said: 'Your address is saved',
    touches: [notificationKeys.ownAddress],
  })
  return (
    <form
      noValidate
      className={form['narrow']}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div className={form['fields']}>
        <div className={form['row']}>
          <TextInput
            className={form['code']}
            label="Mail address"
            type="email"
            maxLength={254}
            value={draft}
            onChange={(event) => setDraft(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={draft.trim() === mailAddress} loading={save.isPending}>
            Save the address
          </Button>
        </div>
        {save.isError && <ProblemAlert error={save.error} />}
      </div>
    </form>
  )
}
