import { Button } from '@mantine/core'
import { OwnMailAddress, paths } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { notificationKeys, notificationQueries } from '../api/notification-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { NarrowForm } from '../elements/narrow-form.tsx'
import { Section } from '../elements/section.tsx'
import { AddressRow } from './address-row.tsx'

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
    <NarrowForm
      error={save.error}
      onSubmit={() => {
        save.mutate()
      }}
    >
      <AddressRow name="mailAddress" label="Mail address" value={draft} onChange={setDraft}>
        <Button type="submit" variant="default" disabled={draft.trim() === mailAddress} loading={save.isPending}>
          Save the address
        </Button>
      </AddressRow>
    </NarrowForm>
  )
}
