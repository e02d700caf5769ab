import { Button } from '@mantine/core'
import type { GroupDetail, Indicator } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useMay } from '../access/rights.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { paths } from '../api/paths.ts'
import { actionColumn } from '../elements/action-column.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { indicatorColumns } from '../indicators/indicator-columns.tsx'
import { AssociateDialog } from './associate-dialog.tsx'
import { TakeOutDialog } from './take-out-dialog.tsx'

/** The indicators that belong to a group, found by the same query that anybody would write. */
export function GroupIndicators({ group }: { group: GroupDetail }) {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [isAssociating, setAssociating] = useState(false)
  const [takenOut, setTakenOut] = useState<Indicator>()
  const indicators = useInfiniteQuery(indicatorQueries.list(`associatedGroup = ${group.id}`))
  const columns = useMemo(
    () => (mayWrite ? [...indicatorColumns, takeOutColumn(setTakenOut)] : indicatorColumns),
    [mayWrite],
  )
  return (
    <Section
      title="Indicators"
      summary={formatCountOf(group.indicatorCount, 'indicator')}
      actions={
        mayWrite && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setAssociating(true)}
          >
            Associate indicators …
          </Button>
        )
      }
    >
      <PagedTable
        label="Indicators"
        query={indicators}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
        empty={<EmptyState title="No indicator belongs to it" />}
      />
      {isAssociating && <AssociateDialog group={group} onClose={() => setAssociating(false)} />}
      {takenOut && (
        <TakeOutDialog
          joined={{ name: takenOut.value, path: paths.groupIndicator(group.id, takenOut.id) }}
          groupName={group.name}
          onClose={() => setTakenOut(undefined)}
        />
      )}
    </Section>
  )
}

function takeOutColumn(onTakeOut: (indicator: Indicator) => void): Column<Indicator> {
  return actionColumn(
    ({ value }) => `What to do with the association of ${plainText(value)}`,
    (indicator) => [
      { name: 'Take out of the group …', icon: 'cross', isDangerous: true, act: () => onTakeOut(indicator) },
    ],
  )
}
