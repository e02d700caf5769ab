import { Decision, type IndicatorDetail, indicatorStatuses } from '@postern/protocol'
import { useState } from 'react'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices, ratingChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { TextField } from '../elements/text-field.tsx'
import { decisionOf, draftOfDecision } from './decision-draft.ts'

const undecided = { value: '', label: 'As the owners say' }

/** Fixes values over all owners (D28). */
export function DecisionDialog({ indicator, onClose }: { indicator: IndicatorDetail; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOfDecision(indicator.decision))
  const decided = decisionOf(draft)
  const field = fieldsOf(draft, setDraft)
  const save = useWrite({
    write: () => api(paths.indicatorDecision(indicator.id), { method: 'PUT', body: decided, reply: Decision }),
    said: 'The decision holds',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Decide over all owners"
      confirm="Save the decision"
      {...('mistakes' in decided && { mistakes: decided.mistakes })}
      onClose={onClose}
      action={save}
    >
      <p className={form['hint']}>
        What you decide wins over what owners say, over rules and sightings, until it is taken back or ends. What you
        leave empty stays with the owners.
      </p>
      <div className={form['row']}>
        <ChoiceField
          {...field('status')}
          label="Status"
          isFirst
          choices={[undecided, ...plainChoices(indicatorStatuses)]}
        />
        <ChoiceField {...field('rating')} label="Rating" choices={[undecided, ...ratingChoices]} />
      </div>
      <div className={form['row']}>
        <FiguresField {...field('confidence')} label="Confidence, 0 to 100" lengthMax={3} />
        <TextField {...field('expiresAt')} type="datetime-local" label="Expires (UTC)" />
      </div>
      <TextField {...field('reason')} label="Reason" isRequired rows={2} lengthMax={1000} />
      <TextField
        {...field('until')}
        type="datetime-local"
        label="Until (UTC)"
        hint="When the decision ends by itself; empty for when it is taken back."
      />
    </FormDialog>
  )
}
