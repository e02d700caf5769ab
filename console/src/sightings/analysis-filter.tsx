import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { collectionQueries } from '../api/collection-queries.ts'
import { receiptQueries } from '../api/receipt-queries.ts'
import { FilterSelects } from '../elements/filter-selects.tsx'
import { plainText } from '../format/text-pieces.ts'
import { PeriodChoice } from './period-choice.tsx'

/** When, where and of what it was seen; each choice stands in the address. */
export function AnalysisFilter() {
  const search = useSearch({ from: '/signed-in/sighting-analysis' })
  const navigate = useNavigate({ from: '/sighting-analysis' })
  const controls = useQuery(receiptQueries.controlChoices()).data ?? []
  const collections = useQuery(collectionQueries.choices()).data ?? []
  const set = (name: 'control' | 'collection', value: string) =>
    void navigate({
      search: (now) => ({ ...now, [name]: value === '' ? undefined : value }),
      replace: true,
    })
  return (
    <FilterSelects>
      <PeriodChoice />
      <NativeSelect
        size="xs"
        aria-label="Control"
        value={search.control ?? ''}
        onChange={(event) => set('control', event.currentTarget.value)}
        data={withCurrent(
          'Seen anywhere',
          controls.map(({ id, name }) => ({ value: id, label: plainText(name) })),
          search.control,
        )}
      />
      <NativeSelect
        size="xs"
        aria-label="Data collection"
        value={search.collection ?? ''}
        onChange={(event) => set('collection', event.currentTarget.value)}
        data={withCurrent(
          'The whole library',
          collections.map(({ id, name }) => ({ value: id, label: plainText(name) })),
          search.collection,
        )}
      />
    </FilterSelects>
  )
}

/** What the address asks for is offered, even where it is gone. */
function withCurrent(none: string, choices: readonly { value: string; label: string }[], current: string | undefined) {
  const isKnown = current === undefined || choices.some(({ value }) => value === current)
  return [{ value: '', label: none }, ...choices, ...(isKnown ? [] : [{ value: current, label: current }])]
}
