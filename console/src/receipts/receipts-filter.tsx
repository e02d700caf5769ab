import { NativeSelect } from '@mantine/core'
import { ReceiptState } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { receiptQueries } from '../api/receipt-queries.ts'
import { FilterChip } from '../elements/filter-chip.tsx'
import { FilterSelects } from '../elements/filter-selects.tsx'
import { receiptFaces } from '../executions/execution-faces.ts'
import { plainText } from '../format/text-pieces.ts'
import type { ReceiptsSearch } from './receipts-search.ts'

/** Control, its target, state and day; they stand in the address. */
export function ReceiptsFilter() {
  const search = useSearch({ from: '/signed-in/receipts' })
  const navigate = useNavigate({ from: '/receipts' })
  const controls = useQuery(receiptQueries.controlChoices()).data ?? []
  const targets = controls.find(({ id }) => id === search.control)?.targets ?? []
  /** Names given as undefined are taken out of the address. */
  function show(changes: { [Name in keyof ReceiptsSearch]: ReceiptsSearch[Name] | undefined }) {
    const next = Object.fromEntries(
      Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined),
    )
    void navigate({ search: next, replace: true, resetScroll: false })
  }
  return (
    <FilterSelects>
      {search.day && (
        <FilterChip title="Show every day" onRemove={() => show({ day: undefined })}>
          Day: {search.day}
        </FilterChip>
      )}
      <NativeSelect
        size="xs"
        aria-label="Control"
        value={search.control ?? ''}
        onChange={(event) => show({ control: event.currentTarget.value || undefined, target: undefined })}
        data={[
          { value: '', label: 'Every control' },
          ...controls.map(({ id, name }) => ({ value: id, label: plainText(name) })),
        ]}
      />
      {targets.length > 1 && (
        <NativeSelect
          size="xs"
          aria-label="Target"
          value={search.target ?? ''}
          onChange={(event) => show({ target: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: 'Every target' },
            ...targets.map(({ target }) => ({ value: target, label: plainText(target) })),
          ]}
        />
      )}
      <NativeSelect
        size="xs"
        aria-label="State"
        value={search.state ?? ''}
        onChange={(event) =>
          show({ state: ReceiptState.options.find((option) => option === event.currentTarget.value) })
        }
        data={[
          { value: '', label: 'Every state' },
          ...ReceiptState.options.map((state) => ({ value: state, label: receiptFaces[state].word })),
        ]}
      />
    </FilterSelects>
  )
}
