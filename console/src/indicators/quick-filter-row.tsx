import { NativeSelect, TextInput } from '@mantine/core'
import { indicatorTypes } from '@postern/intel'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ownerQueries } from '../api/owner-queries.ts'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicators-page.module.css'
import { type QuickFilter, readQuickFilters, withQuickFilter } from './quick-filters.ts'

type Choice = { value: string; label: string }

const ratings: readonly Choice[] = [1, 2, 3, 4, 5].map((rating) => ({
  value: String(rating),
  label: rating === 5 ? 'Rating 5' : `Rating ${rating} or more`,
}))
const confidences: readonly Choice[] = [25, 50, 75, 90].map((confidence) => ({
  value: String(confidence),
  label: `Confidence ${confidence} or more`,
}))
const times: readonly Choice[] = [
  { value: 'NOW() - 1 DAY', label: 'Added in 24 hours' },
  { value: 'NOW() - 7 DAYS', label: 'Added in 7 days' },
  { value: 'NOW() - 30 DAYS', label: 'Added in 30 days' },
  { value: 'NOW() - 365 DAYS', label: 'Added in a year' },
]

/** Filters that write TQL into the box: what they set is read out of the query, so that both always say the same. */
export function QuickFilterRow({ draft, onFilter }: { draft: string; onFilter: (tql: string) => void }) {
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const values = readQuickFilters(draft)
  const set = (name: QuickFilter, value: string) =>
    onFilter(withQuickFilter(draft, name, value === '' ? undefined : value))
  const common = { values, set }
  return (
    <fieldset className={classes['filters']} disabled={values === undefined}>
      <legend className="only-heard">Filters, which are written into the query</legend>
      <FilterSelect
        {...common}
        name="type"
        all="Every type"
        choices={indicatorTypes.map((type) => ({ value: type, label: indicatorTypeLabel(type) }))}
      />
      <FilterSelect
        {...common}
        name="owner"
        all="Every owner"
        choices={owners.map(({ name }) => ({ value: name, label: plainText(name) }))}
      />
      <TagFilter key={values?.tag ?? ''} value={values?.tag ?? ''} onTag={(tag) => set('tag', tag)} />
      <FilterSelect {...common} name="rating" all="Any rating" choices={ratings} />
      <FilterSelect {...common} name="confidence" all="Any confidence" choices={confidences} />
      <FilterSelect {...common} name="added" all="Added at any time" choices={times} />
    </fieldset>
  )
}

interface FilterSelectProps {
  name: QuickFilter
  all: string
  choices: readonly Choice[]
  values: ReturnType<typeof readQuickFilters>
  set: (name: QuickFilter, value: string) => void
}

const labels: Record<QuickFilter, string> = {
  type: 'Type',
  owner: 'Owner',
  tag: 'Tag',
  rating: 'Rating',
  confidence: 'Confidence',
  added: 'Added',
}

function FilterSelect({ name, all, choices, values, set }: FilterSelectProps) {
  const value = values?.[name] ?? ''
  // A query may hold what the list does not offer; the list then offers it, so that it says what the query says.
  const isOther = value !== '' && !choices.some((choice) => choice.value === value)
  return (
    <NativeSelect
      size="xs"
      aria-label={labels[name]}
      className={classes['filter']}
      data-set={value !== '' || undefined}
      value={value}
      onChange={(event) => set(name, event.currentTarget.value)}
      data={[
        { value: '', label: all },
        ...choices,
        ...(isOther ? [{ value, label: `${labels[name]}: ${plainText(value)}` }] : []),
      ]}
    />
  )
}

function TagFilter({ value, onTag }: { value: string; onTag: (tag: string) => void }) {
  const [text, setText] = useState(value)
  const take = () => {
    if (text.trim() !== value) onTag(text.trim())
  }
  return (
    <TextInput
      size="xs"
      aria-label={labels.tag}
      placeholder="Tag"
      className={classes['filter']}
      data-set={value !== '' || undefined}
      value={text}
      maxLength={128}
      spellCheck={false}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  )
}
