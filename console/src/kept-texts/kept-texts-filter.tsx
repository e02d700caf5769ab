import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { KeptTextFilter } from '../api/kept-text-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { FilterSelects } from '../elements/filter-selects.tsx'
import { Icon } from '../elements/icon.tsx'
import { plainText } from '../format/text-pieces.ts'
import { searchedTextLengthMax, searchedTypeLengthMax } from './kept-texts-search.ts'

/** Milliseconds of rest after which what was typed is searched for. */
const typingRestMs = 300

/** What stands in the texts, of which type they are, whose, and whether the library has more of them; all in the address. */
export function KeptTextsFilter() {
  const search = useSearch({ from: '/signed-in/kept-texts' })
  const navigate = useNavigate({ from: '/kept-texts' })
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const [text, setText] = useState(search.text ?? '')
  const [type, setType] = useState(search.type ?? '')
  function show(changes: { [Name in keyof KeptTextFilter]: KeptTextFilter[Name] | undefined }) {
    const next = Object.fromEntries(
      Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined),
    )
    void navigate({ search: next, replace: true, resetScroll: false })
  }
  const showTyped = useDebouncedCallback(show, typingRestMs)
  return (
    <FilterSelects>
      <TextInput
        size="xs"
        type="search"
        aria-label="Search in the texts"
        placeholder="A name, a value, any words"
        maxLength={searchedTextLengthMax}
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          showTyped({ text: event.currentTarget.value.trim() || undefined })
        }}
      />
      <TextInput
        size="xs"
        type="search"
        aria-label="Type"
        placeholder="Type, as x-mitre-asset"
        maxLength={searchedTypeLengthMax}
        value={type}
        onChange={(event) => {
          setType(event.currentTarget.value)
          showTyped({ type: event.currentTarget.value.trim() || undefined })
        }}
      />
      <NativeSelect
        size="xs"
        aria-label="Owner"
        value={search.owner ?? ''}
        onChange={(event) => show({ owner: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'Every owner' },
          ...owners.map(({ id, name }) => ({ value: id, label: plainText(name) })),
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label="What the library has of them"
        value={search.outcome ?? ''}
        onChange={(event) =>
          show({ outcome: (['kept', 'mapped'] as const).find((each) => each === event.currentTarget.value) })
        }
        data={[
          { value: '', label: 'Every text' },
          { value: 'kept', label: 'Kept as text alone' },
          { value: 'mapped', label: 'Mapped' },
        ]}
      />
    </FilterSelects>
  )
}
