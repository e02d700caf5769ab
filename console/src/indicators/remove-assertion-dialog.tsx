import type { Assertion, IndicatorDetail } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import form from '../elements/form.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { feedRemovedWords } from './feed-words.ts'

interface RemoveAssertionProps {
  indicator: IndicatorDetail
  assertion: Assertion
  onClose: () => void
}

/** Takes back all that one owner says of an indicator, after saying what goes with it and what stays. */
export function RemoveAssertionDialog({ indicator, assertion, onClose }: RemoveAssertionProps) {
  const navigate = useNavigate()
  const others = indicator.assertions.filter(({ ownerId }) => ownerId !== assertion.ownerId)
  const isLast = others.length === 0
  const remove = useWrite({
    write: () => api(paths.indicatorAssertion(indicator.id, assertion.ownerId), { method: 'DELETE' }),
    said: isLast ? 'The indicator is gone' : 'The owner’s word is removed',
    touches: [indicatorKeys.all, groupKeys.all, ownerKeys.all],
    onDone: () => {
      onClose()
      if (isLast) void navigate({ to: '/indicators' })
    },
  })
  return (
    <DeleteDialog noun={isLast ? 'indicator' : 'owner’s word'} verb="Remove" onClose={onClose} action={remove}>
      <div className={form['fields']}>
        <p>
          <strong>What goes:</strong> all that <PlainText text={assertion.ownerName} /> says of{' '}
          <PlainText text={shortened(indicator.value)} /> – {partsOf(assertion)}, and its links to groups and other
          indicators.
        </p>
        {isLast ? (
          <p>
            No other owner asserts it, so the indicator leaves the library, and with it data collections, lists and
            exports; readers over TAXII learn that it is revoked. What was reported of it and decided about it is kept,
            and holds again if it comes back.
          </p>
        ) : (
          <p>
            <strong>What stays:</strong> the indicator, by the word of <PlainText text={namesOf(others)} />.
          </p>
        )}
        <p>{feedRemovedWords(assertion)}</p>
      </div>
    </DeleteDialog>
  )
}

function partsOf({ tags, attributes }: Assertion): string {
  return [
    'rating, confidence, status and times',
    ...(tags.length > 0 ? [formatCountOf(tags.length, 'tag')] : []),
    ...(attributes.length > 0 ? [formatCountOf(attributes.length, 'attribute')] : []),
  ].join(', ')
}

/** Owners that are named; there may be many. */
const namedMax = 5

function namesOf(others: readonly Assertion[]): string {
  const named = others.slice(0, namedMax).map(({ ownerName }) => ownerName)
  const more = others.length - named.length
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** Characters of a value in a sentence. */
const valueLengthMax = 80

function shortened(value: string): string {
  return value.length > valueLengthMax ? `${plainText(value.slice(0, valueLengthMax))}…` : value
}
