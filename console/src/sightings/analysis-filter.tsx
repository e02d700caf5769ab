import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { collectionQueries } from '../api/collection-queries.ts'
import { receiptQueries } from '../api/receipt-queries.ts'
import { idChoices } from '../elements/choices.ts'
import { FilterSelects } from '../elements/filter-selects.tsx'
import { readAnalysisSearch } from './analysis-search.ts'
import { PeriodChoice } from './period-choice.tsx'

/** When, where and of what it was seen; each choice stands in the address. */
export function AnalysisFilter() {
  const search = useSearch({ from: '/signed-in/sighting-analysis' })
  const navigate = useNavigate({ from: '/sighting-analysis' })
  const controls = useQuery(receiptQueries.controlChoices()).data ?? []
  const collections = useQuery(collectionQueries.choices()).data ?? []
  const set = (changed: { [Key in 'control' | 'collection']?: string | undefined }) =>
    void navigate({ search: (now) => readAnalysisSearch({ ...now, ...changed }), replace: true })
  return (
    <FilterSelects>
      <PeriodChoice />
      <NamedChoice
        label="Control"
        none="Seen anywhere"
        choices={controls}
        current={search.control}
        onChange={(control) => set({ control })}
      />
      <NamedChoice
        label="Data collection"
        none="The whole library"
        choices={collections}
        current={search.collection}
        onChange={(collection) => set({ collection })}
      />
    </FilterSelects>
  )
}

interface NamedChoiceProps {
  label: string
  /** What holds where nothing is chosen. */
  none: string
  choices: readonly { id: string; name: string }[]
  current: string | undefined
  onChange: (id: string | undefined) => void
}

/** One of several by its name, or none of them. What the address asks for is offered, even where it is gone. */
function NamedChoice({ label, none, choices, current, onChange }: NamedChoiceProps) {
  const isKnown = current === undefined || choices.some(({ id }) => id === current)
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={current ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
      data={[
        { value: '', label: none },
        ...idChoices(choices),
        ...(isKnown ? [] : [{ value: current, label: current }]),
      ]}
    />
  )
}
