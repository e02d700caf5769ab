import { Decision, type IndicatorDetail, indicatorStatuses } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiTagged, type Tagged } from '../api/api.ts'
import { indicatorKeys, indicatorQueries } from '../api/indicator-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices, ratingChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { ReadFirstDialog } from '../elements/read-first-dialog.tsx'
import { TextField } from '../elements/text-field.tsx'
import { decisionOf, draftOfDecision } from './decision-draft.ts'

const undecided = { value: '', label: 'As the owners say' }

const title = 'Decide over all owners'

interface DecisionDialogProps {
  indicator: IndicatorDetail
  onClose: () => void
}

/** Fixes values over all owners (D28). */
export function DecisionDialog(props: DecisionDialogProps) {
  const { indicator, onClose } = props
  // Of what nobody has decided, there is nothing to read.
  const [isFirst] = useState(indicator.decision === null)
  const stored = useQuery({
    ...indicatorQueries.decision(indicator.id),
    enabled: !isFirst,
    refetchOnWindowFocus: false,
  })
  if (isFirst) return <DecisionForm {...props} newest={{ content: indicator.decision, tag: undefined }} />
  return (
    <ReadFirstDialog title={title} what="the decision" query={stored} onClose={onClose}>
      {(newest) => <DecisionForm {...props} newest={newest} />}
    </ReadFirstDialog>
  )
}

function DecisionForm({ indicator, newest, onClose }: DecisionDialogProps & { newest: Tagged<Decision | null> }) {
  const edited = useEdited(newest, draftOfDecision)
  const { draft, setDraft, stored, ifMatch } = edited
  const decided = decisionOf(draft, stored)
  const field = fieldsOf(draft, setDraft)
  const save = useWrite({
    write: () =>
      apiTagged(paths.indicatorDecision(indicator.id), { method: 'PUT', body: decided, reply: Decision, ifMatch }),
    said: 'The decision holds',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={title}
      confirm="Save the decision"
      {...('mistakes' in decided && { mistakes: decided.mistakes })}
      refusedTitle="The decision was not saved"
      answer={
        edited.isOutdated && (
          <ChangedMeanwhile what="the values that are fixed here" edited={edited} onDecided={save.reset} />
        )
      }
      onClose={onClose}
      action={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
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
