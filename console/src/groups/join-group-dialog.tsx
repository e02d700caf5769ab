import type { IndicatorDetail } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { GroupField } from './group-field.tsx'

/** Says of an indicator that it belongs to a group that is there. */
export function JoinGroupDialog({ indicator, onClose }: { indicator: IndicatorDetail; onClose: () => void }) {
  const [groupId, setGroupId] = useState('')
  const join = useWrite({
    write: () => api(paths.groupIndicator(groupId, indicator.id), { method: 'PUT' }),
    said: 'The indicator was associated',
    touches: [groupKeys.all, indicatorKeys.all, ownerKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Associate with a group"
      confirm="Associate it"
      isWide
      mistakes={leftEmpty({ group: [groupId, 'Choose a group.'] })}
      onClose={onClose}
      action={join}
    >
      <GroupField value={groupId} onChange={setGroupId} />
      <p className={form['hint']}>
        It is the word of the group’s owner: if that says nothing of this indicator yet, it becomes its indicator too.
      </p>
    </FormDialog>
  )
}
