import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { IndicatorLifecycle, paths, Sighting } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sightingKeys } from '../api/sighting-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { plainText } from '../format/text-pieces.ts'
import { instantOf } from './decision-draft.ts'

interface ReportDialogProps {
  indicatorId: string
  onClose: () => void
}

/** That somebody saw it, in an owner's name; that owner's own word is not moved by it (S1). */
export function SightingDialog({ indicatorId, onClose }: ReportDialogProps) {
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const [owner, setOwner] = useState('')
  const [seenAt, setSeenAt] = useState('')
  const [count, setCount] = useState('1')
  const at = instantOf(seenAt)
  const report = useWrite({
    write: () =>
      api(paths.indicatorSightings(encodeURIComponent(indicatorId)), {
        method: 'POST',
        body: { owner, count: Number(count), ...(at !== undefined && { seenAt: at }) },
        reply: Sighting,
      }),
    said: 'The sighting is reported',
    touches: [indicatorKeys.all, sightingKeys.analysis],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Report a sighting"
      confirm="Report the sighting"
      isReady={owner !== '' && Number(count) >= 1}
      onClose={onClose}
      action={report}
    >
      <NativeSelect
        label="In whose name"
        description="What this owner itself says is not moved by it; what others say gains confidence."
        required
        data-focus-first
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
        data={[
          { value: '', label: 'Choose …' },
          ...owners.map(({ name }) => ({ value: name, label: plainText(name) })),
        ]}
      />
      <div className={form['row']}>
        <TextInput
          type="datetime-local"
          label="Seen at (UTC); empty for now"
          value={seenAt}
          onChange={(event) => setSeenAt(event.currentTarget.value)}
        />
        <FiguresInput label="How often" maxLength={9} value={count} onChange={setCount} />
      </div>
    </FormDialog>
  )
}

/** That it was seen where nothing bad was. */
export function FalsePositiveDialog({ indicatorId, onClose }: ReportDialogProps) {
  const [note, setNote] = useState('')
  const report = useWrite({
    write: () =>
      api(paths.indicatorFalsePositives(encodeURIComponent(indicatorId)), {
        method: 'POST',
        body: note.trim() === '' ? {} : { note: note.trim() },
        reply: IndicatorLifecycle,
      }),
    said: 'The false positive is reported',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog title="Report a false positive" confirm="Report the false positive" onClose={onClose} action={report}>
      <p>It was seen where nothing bad was. Your report counts once a day; several put the indicator under review.</p>
      <Textarea
        label="Note"
        rows={3}
        maxLength={1000}
        data-focus-first
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
