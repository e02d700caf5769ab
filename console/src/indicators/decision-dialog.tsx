import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { Decision, type IndicatorDetail, indicatorStatuses, paths } from '@postern/protocol'
import { useState } from 'react'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { decisionOf, draftOfDecision } from './decision-draft.ts'

/** Fixes values over all owners (D28). */
export function DecisionDialog({ indicator, onClose }: { indicator: IndicatorDetail; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOfDecision(indicator.decision))
  const decided = decisionOf(draft)
  const change = (changes: Partial<typeof draft>) => setDraft({ ...draft, ...changes })
  const save = useWrite({
    write: () =>
      api(paths.indicatorDecision(encodeURIComponent(indicator.id)), { method: 'PUT', body: decided, reply: Decision }),
    said: 'The decision holds',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Decide over all owners"
      confirm="Save the decision"
      isReady={!('mistake' in decided)}
      onClose={onClose}
      action={save}
    >
      <p className={form['hint']}>
        What you decide wins over what owners say, over rules and sightings, until it is taken back or ends. What you
        leave empty stays with the owners.
      </p>
      <div className={form['row']}>
        <NativeSelect
          label="Status"
          data-focus-first
          value={draft.status}
          onChange={(event) => change({ status: event.currentTarget.value })}
          data={[{ value: '', label: 'As the owners say' }, ...indicatorStatuses]}
        />
        <NativeSelect
          label="Rating"
          value={draft.rating}
          onChange={(event) => change({ rating: event.currentTarget.value })}
          data={[{ value: '', label: 'As the owners say' }, '0', '1', '2', '3', '4', '5']}
        />
      </div>
      <div className={form['row']}>
        <FiguresInput
          label="Confidence, 0 to 100"
          maxLength={3}
          value={draft.confidence}
          onChange={(confidence) => change({ confidence })}
        />
        <TextInput
          type="datetime-local"
          label="Expires (UTC)"
          value={draft.expiresAt}
          onChange={(event) => change({ expiresAt: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="Reason"
        required
        rows={2}
        maxLength={1000}
        value={draft.reason}
        onChange={(event) => change({ reason: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label="Until (UTC)"
        description="When the decision ends by itself; empty for when it is taken back."
        value={draft.until}
        onChange={(event) => change({ until: event.currentTarget.value })}
      />
      {'mistake' in decided && <p className={form['hint']}>{decided.mistake}</p>}
    </FormDialog>
  )
}
