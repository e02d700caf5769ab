import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { DiffValue, Receipt } from '@postern/protocol'
import { useState } from 'react'
import { type DiffFilter, hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { Icon } from '../../elements/icon.tsx'
import { DiffTable } from './diff-table.tsx'
import classes from './export.module.css'

/** Milliseconds of rest after which what was typed is searched for. */
const typingRestMs = 300

const changes = ['missing', 'extra', 'refused', 'left-out'] as const satisfies readonly DiffValue['change'][]
const words = {
  missing: 'Missing',
  extra: 'Extra',
  refused: 'Refused by the control',
  'left-out': 'Left out by the app',
} as const

/** Every value that differs, and what the app left out, with its reason; searched by the hub, since there may be millions. */
export function ReceiptValues({ receipt }: { receipt: Receipt }) {
  const [typed, setTyped] = useState('')
  const [change, setChange] = useState<DiffValue['change']>()
  const [contains] = useDebouncedValue(typed.trim(), typingRestMs)
  const leftOut = Object.values(receipt.notTaken).reduce((sum, count) => sum + count, 0)
  if (receipt.state === 'in-sync' && receipt.missing + receipt.extra + leftOut === 0)
    return <EmptyState title="None">Every desired value is held, and nothing else.</EmptyState>
  const filter: DiffFilter = { ...(change && { change }), ...(contains && { contains }) }
  return (
    <>
      <div className={classes['valueFilter']}>
        <TextInput
          size="xs"
          type="search"
          aria-label="Search values"
          placeholder="Search values"
          maxLength={500}
          leftSection={<Icon name="search" size={14} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Kind of difference"
          value={change ?? ''}
          onChange={(event) => setChange(changes.find((each) => each === event.currentTarget.value))}
          data={[
            { value: '', label: 'Every difference' },
            ...changes.map((each) => ({ value: each, label: words[each] })),
          ]}
        />
      </div>
      <DiffTable
        key={JSON.stringify(filter)}
        label="Values that differ"
        query={hubQueries.receiptValues(receipt.id, filter)}
        hasReasons
      />
    </>
  )
}
