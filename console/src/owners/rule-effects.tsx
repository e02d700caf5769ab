import { useDebouncedValue } from '@mantine/hooks'
import type { DeprecationPreview, DeprecationRule } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { ownerQueries } from '../api/owner-queries.ts'
import { NameLink } from '../elements/name-link.tsx'
import { Notice } from '../elements/notice.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { formatCountOf, formatTotalOf } from '../format/quantities.ts'
import { effectWords, memberWords } from './effect-words.ts'
import classes from './owners.module.css'

/** Milliseconds of rest after which the rules as they stand are previewed. */
const typingRestMs = 600

/** What the rules would do at once to the owner's values and to data collections, before they are saved. */
export function RuleEffects({ ownerId, rules }: { ownerId: string; rules: readonly DeprecationRule[] }) {
  const wanted = JSON.stringify(rules)
  const [rested] = useDebouncedValue(wanted, typingRestMs)
  const query = useQuery(ownerQueries.deprecationPreview(ownerId, rested))
  const isOld = rested !== wanted || query.isPlaceholderData
  if (query.isError)
    return (
      <ProblemAlert what="What these rules would do at once" error={query.error} onRetry={() => void query.refetch()} />
    )
  return (
    <Notice
      label="What saving would do at once"
      tone={query.data && effectWords(query.data).length === 0 ? 'good' : 'notice'}
      isStacked
    >
      {query.data === undefined || isOld ? (
        <p aria-busy="true">Looking at what these rules would do at once …</p>
      ) : (
        <Effects preview={query.data} />
      )}
    </Notice>
  )
}

function Effects({ preview }: { preview: DeprecationPreview }) {
  const { total, covered, collections, collectionsNotCompared } = preview
  const effects = effectWords(preview)
  return (
    <>
      <p>
        Saved so, the rules hold for {formatTotalOf({ ...total, count: covered }, 'value').toLowerCase()} of{' '}
        {formatTotalOf(total, 'value').toLowerCase()}.{effects.length === 0 && ' At once they change none of them.'}
      </p>
      {effects.length > 0 && (
        <ul className={classes['effects']} aria-label="Values that change at once">
          {effects.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      {collections.length > 0 && (
        <>
          <p>{formatCountOf(collections.length, 'data collection')} would change:</p>
          <ul className={classes['effects']} aria-label="Data collections that change at once">
            {collections.map(({ id, name, ...members }) => (
              <li key={id}>
                <NameLink to="/collections/$collectionId" params={{ collectionId: id }} text={name} tabIndex={0} />:{' '}
                {memberWords(members, total.isExact)}
              </li>
            ))}
          </ul>
        </>
      )}
      {collectionsNotCompared > 0 && (
        <p>{formatCountOf(collectionsNotCompared, 'more data collection')} could not be looked at.</p>
      )}
    </>
  )
}
