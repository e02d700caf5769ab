import { IndicatorLifecycle, Sighting } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { sightingKeys } from '../api/sighting-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { nameChoices, notChosen } from '../elements/choices.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { TextField } from '../elements/text-field.tsx'
import { instantOf } from '../format/utc-field.ts'

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
      api(paths.indicatorSightings(indicatorId), {
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
      mistakes={{
        ...leftEmpty({ owner: [owner, 'Choose in whose name it was seen.'] }),
        ...(Number(count) < 1 && { count: 'It was seen once at least.' }),
      }}
      onClose={onClose}
      action={report}
    >
      <ChoiceField
        name="owner"
        label="In whose name"
        hint="What this owner itself says is not moved by it; what others say gains confidence."
        isRequired
        isFirst
        value={owner}
        choices={[notChosen, ...nameChoices(owners)]}
        onChange={setOwner}
      />
      <div className={form['row']}>
        <TextField
          name="seenAt"
          type="datetime-local"
          label="Seen at (UTC); empty for now"
          value={seenAt}
          onChange={setSeenAt}
        />
        <FiguresField name="count" label="How often" lengthMax={9} value={count} onChange={setCount} />
      </div>
    </FormDialog>
  )
}

/** That it was seen where nothing bad was. */
export function FalsePositiveDialog({ indicatorId, onClose }: ReportDialogProps) {
  const [note, setNote] = useState('')
  const report = useWrite({
    write: () =>
      api(paths.indicatorFalsePositives(indicatorId), {
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
      <TextField name="note" label="Note" rows={3} lengthMax={1000} isFirst value={note} onChange={setNote} />
    </FormDialog>
  )
}
