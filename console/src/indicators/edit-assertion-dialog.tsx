import { type Assertion, type IndicatorDetail, indicatorStatuses, StatedAssertion } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { apiTagged, type Tagged } from '../api/api.ts'
import { indicatorKeys, indicatorQueries } from '../api/indicator-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { AttributeFields } from '../attributes/attribute-fields.tsx'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { Check } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices, ratingChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { NamesField } from '../elements/names-field.tsx'
import { Notice } from '../elements/notice.tsx'
import { ReadFirstDialog } from '../elements/read-first-dialog.tsx'
import { TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { assertionOf, draftOfAssertion } from './assertion-draft.ts'
import { feedEditedWords } from './feed-words.ts'

interface EditAssertionProps {
  indicator: IndicatorDetail
  assertion: Assertion
  onClose: () => void
}

/** Changes what one owner says of an indicator. */
export function EditAssertionDialog(props: EditAssertionProps) {
  const { indicator, assertion, onClose } = props
  const stored = useQuery({
    ...indicatorQueries.assertion(indicator.id, assertion.ownerId),
    refetchOnWindowFocus: false,
  })
  return (
    <ReadFirstDialog title={titleOf(assertion)} what="what this owner says" query={stored} isWide onClose={onClose}>
      {(newest) => <EditForm {...props} newest={newest} />}
    </ReadFirstDialog>
  )
}

function EditForm({ indicator, assertion, newest, onClose }: EditAssertionProps & { newest: Tagged<StatedAssertion> }) {
  const edited = useEdited(newest, draftOfAssertion)
  const { draft, setDraft, stored, ifMatch } = edited
  const field = fieldsOf(draft, setDraft)
  const wanted = assertionOf(draft, stored)
  const save = useWrite({
    write: () =>
      apiTagged(paths.indicatorAssertion(indicator.id, assertion.ownerId), {
        method: 'PUT',
        body: wanted,
        reply: StatedAssertion,
        ifMatch,
      }),
    said: 'The change is saved',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={titleOf(assertion)}
      confirm="Save the change"
      isWide
      {...('mistakes' in wanted && { mistakes: wanted.mistakes })}
      refusedTitle="The change was not saved"
      answer={
        edited.isOutdated && <ChangedMeanwhile what="this owner’s values" edited={edited} onDecided={save.reset} />
      }
      onClose={onClose}
      action={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
    >
      {indicator.decision !== null && (
        <Notice label="Decision">
          A decision is in force over what owners say. What you change here is kept, and holds when the decision ends.
        </Notice>
      )}
      <div className={form['row']}>
        <ChoiceField {...field('rating')} label="Rating" isFirst choices={ratingsWith(draft.rating)} />
        <FiguresField {...field('confidence')} label="Confidence, 0 to 100" placeholder="Not set" lengthMax={3} />
      </div>
      <div className={form['row']}>
        <ChoiceField {...field('status')} label="Status" choices={plainChoices(indicatorStatuses)} />
        <TextField {...field('expiresAt')} type="datetime-local" label="Expires (UTC)" />
      </div>
      <Check
        name="active"
        label="Active: without it nothing of what this owner says is in force, and all of it is kept"
        checked={draft.active}
        onChange={(active) => setDraft({ ...draft, active })}
      />
      <div className={form['row']}>
        <TextField {...field('firstSeen')} type="datetime-local" label="First seen (UTC)" />
        <TextField {...field('lastSeen')} type="datetime-local" label="Last seen (UTC)" />
      </div>
      <NamesField {...field('tags')} label="Tags" noun="tag" kind="tag" hint="Enter or a comma adds one." />
      <NamesField
        {...field('securityLabels')}
        label="Security labels"
        noun="label"
        kind="securityLabel"
        hint="TLP:AMBER, for example. What may leave is decided by the strictest."
      />
      <AttributeFields drafts={draft.attributes} onChange={(attributes) => setDraft({ ...draft, attributes })} />
      <p className={form['hint']}>{feedEditedWords(assertion)}</p>
    </FormDialog>
  )
}

function titleOf({ ownerName }: Assertion): string {
  return `What ${plainText(ownerName)} says of it`
}

/** One that was said to a fraction stays to be chosen. */
function ratingsWith(rating: string) {
  const isOdd = rating !== '' && ratingChoices.every(({ value }) => value !== rating)
  return [{ value: '', label: 'Not set' }, ...ratingChoices, ...(isOdd ? plainChoices([rating]) : [])]
}
