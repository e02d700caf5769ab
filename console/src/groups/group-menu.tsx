import { Button } from '@mantine/core'
import type { GroupDetail } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { capitalised } from '../format/capitalised.ts'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'

/** What can be done with a group as a whole. */
export function GroupMenu({ group }: { group: GroupDetail }) {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [asks, setAsks] = useState(false)
  const remove = useWrite({
    write: () => api(paths.group(group.id), { method: 'DELETE' }),
    said: 'The group is deleted',
    touches: [groupKeys.lists, indicatorKeys.all, ownerKeys.all],
    onDone: () => void navigate({ to: '/groups' }),
  })
  if (!mayWrite) return null
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="pencil" size={14} />}
        onClick={() => void navigate({ to: '/groups/$groupId/edit', params: { groupId: group.id } })}
      >
        Edit
      </Button>
      <ActionMenu
        label={`Actions for ${plainText(group.name)}`}
        actions={[{ name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks(true) }]}
      />
      {asks && (
        <DeleteDialog noun="group" onClose={() => setAsks(false)} action={remove}>
          <p>
            <strong>
              <PlainText text={group.name} />
            </strong>{' '}
            goes with its attributes and associations
            {group.type === 'Event' && ', and with the sightings that it stands for'}.{' '}
            {staysWords(group.indicatorCount, group.relations.length)} A source that still has the group brings it
            again.
          </p>
        </DeleteDialog>
      )}
    </>
  )
}

function staysWords(indicators: number, relations: number): string {
  const stays = [
    ...(indicators > 0 ? [`its ${formatCountOf(indicators, 'indicator')}`] : []),
    ...(relations > 0 ? ['the groups that it is related to'] : []),
  ].join(' and ')
  const verb = indicators === 1 && relations === 0 ? 'stays' : 'stay'
  return stays === '' ? 'Nothing else goes.' : `${capitalised(stays)} ${verb}.`
}
