import type { GroupDetail } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { plainText } from '../format/text-pieces.ts'
import { GroupField } from './group-field.tsx'

/** Words of STIX for how one object stands to another; `related-to` says no more than that it does. */
const kinds = plainChoices([
  'related-to',
  'attributed-to',
  'uses',
  'targets',
  'mitigates',
  'exploits',
  'delivers',
  'drops',
  'impersonates',
  'variant-of',
  'derived-from',
  'duplicate-of',
])

/** Says how a group stands to another one of its owner. */
export function RelateDialog({ group, onClose }: { group: GroupDetail; onClose: () => void }) {
  const [otherId, setOtherId] = useState('')
  const [kind, setKind] = useState('related-to')
  const relate = useWrite({
    write: () => api(paths.groupRelation(group.id, otherId), { method: 'PUT', query: { kind } }),
    said: 'The groups are related',
    touches: [groupKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Relate a group"
      confirm="Relate the group"
      isWide
      mistakes={leftEmpty({ group: [otherId, 'Choose a group.'] })}
      onClose={onClose}
      action={relate}
    >
      <GroupField ownerName={group.ownerName} exceptId={group.id} value={otherId} onChange={setOtherId} />
      <ChoiceField
        name="kind"
        label={`How ${plainText(group.name)} stands to it`}
        hint={`Only groups of ${plainText(group.ownerName)} are offered: a relation is one owner’s word.`}
        value={kind}
        choices={kinds}
        onChange={setKind}
      />
    </FormDialog>
  )
}
