import type { LeftOutValue, LeftOutValuePage } from '@postern/protocol'
import { type InfiniteData, type QueryKey, useInfiniteQuery, type UseInfiniteQueryOptions } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type * as z from 'zod/mini'
import { EmptyState } from '../elements/empty-state.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { capitalised } from '../format/capitalised.ts'
import { valueColumns } from '../indicators/value-columns.tsx'
import { leftOutReasonWords } from '../readers/list-words.ts'

type Page = z.infer<typeof LeftOutValuePage>
export type LeftOutQuery = UseInfiniteQueryOptions<Page, Error, InfiniteData<Page>, QueryKey, string | undefined>

interface LeftOutTableProps {
  query: LeftOutQuery
  /** The highest TLP of those who are not given them; absent where it is about all readers together. */
  tlpMax?: string | undefined
  /** How many there are in all. */
  total?: number | undefined
  /** That there are some is known. */
  isCounted?: boolean
}

/** Which values readers are not given, each with why. */
export function LeftOutTable({ query, tlpMax, total, isCounted = false }: LeftOutTableProps) {
  const navigate = useNavigate()
  return (
    <PagedTable
      label="Values left out"
      query={useInfiniteQuery(query)}
      columns={columnsFor(tlpMax)}
      rowKey={({ indicatorId }) => indicatorId}
      onOpen={({ indicatorId }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId } })}
      total={total}
      // What a list serves may be from before these were kept by name.
      empty={
        <EmptyState
          title={isCounted ? 'They are named once the list has been written again' : 'Nothing is left out now'}
        />
      }
    />
  )
}

function columnsFor(tlpMax: string | undefined): readonly Column<LeftOutValue>[] {
  // Of one value, and not behind a count.
  const words = { ...leftOutReasonWords(tlpMax), format: 'the format cannot say it' }
  return [
    ...valueColumns,
    {
      key: 'why',
      header: 'Why',
      width: 'minmax(170px, 2fr)',
      render: ({ reason, detail }) => (
        <ShortText text={capitalised(detail === null ? words[reason] : `kept back by ${detail}`)} />
      ),
    },
  ]
}
