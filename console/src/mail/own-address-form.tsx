import { Button, PasswordInput } from '@mantine/core'
import { OwnMailAddress } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { notificationKeys, notificationQueries } from '../api/notification-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { NarrowForm } from '../elements/narrow-form.tsx'
import { Section } from '../elements/section.tsx'
import { AddressRow } from './address-row.tsx'

/** Where mail goes that no rule sends: links to a new password, and to administrators, of every environment server that enrols (S9). */
export function OwnAddressForm() {
  const own = useQuery(notificationQueries.ownAddress())
  if (own.data === undefined) return null
  return (
    <Section
      title="Your own address"
      summary="For links to a new password; administrators are told of every environment server that enrols"
    >
      <OwnAddress key={own.data.mailAddress} mailAddress={own.data.mailAddress ?? ''} />
    </Section>
  )
}

function OwnAddress({ mailAddress }: { mailAddress: string }) {
  const [draft, setDraft] = useState(mailAddress)
  const [password, setPassword] = useState('')
  const save = useWrite({
    write: () =>
      api(paths.ownMailAddress, {
        method: 'PUT',
        body: { mailAddress: draft.trim() === '' ? null : draft.trim(), password },
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
        <Button
          type="submit"
          variant="default"
          disabled={draft.trim() === mailAddress || password === ''}
          loading={save.isPending}
        >
          Save the address
        </Button>
      </AddressRow>
      {draft.trim() !== mailAddress && (
        <PasswordInput
          label="Your password"
          description="Whoever has the address can have a new password sent there."
          autoComplete="current-password"
          maxLength={200}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
    </NarrowForm>
  )
}
