import { useDocumentTitle } from '@mantine/hooks'
import { groupTypes } from '@postern/intel'
import { type CreateGroup, GroupDetail } from '@postern/protocol'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { OwnerField } from '../additions/owner-field.tsx'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { notChosen } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { leftEmpty } from '../elements/left-empty.ts'
import { NoRight } from '../elements/no-right.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { groupOf, mistakesOfGroup, newGroup } from './group-draft.ts'
import { GroupFields } from './group-fields.tsx'
import { GroupForm } from './group-form.tsx'
import { groupTypeLabel } from './group-type-label.ts'

const typeChoices = [notChosen, ...groupTypes.map((type) => ({ value: type, label: groupTypeLabel(type) }))]

/** Makes a group in an owner's name; its indicators are associated on its page. */
export function NewGroupPage() {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [owner, setOwner] = useState('')
  const [type, setType] = useState('')
  const [draft, setDraft] = useState(newGroup)
  const create = useWrite({
    write: () => {
      const body: CreateGroup = { owner, type, ...groupOf(draft) }
      return api(paths.groups, { method: 'POST', body, reply: GroupDetail })
    },
    said: 'The group is made',
    touches: [groupKeys.all, ownerKeys.all],
    onDone: ({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } }),
  })
  useDocumentTitle('New group · Postern')
  if (!mayWrite) return <NoRight />
  return (
    <div className={`${form['page']} ${form['narrow']}`}>
      <div>
        <Crumbs here="New">
          <Link to="/groups">Groups</Link>
        </Crumbs>
        <PageHead
          title="New group"
          lead="An event, a report or an actor; indicators are associated with it afterwards."
        />
      </div>
      <GroupForm
        mistakes={{
          ...leftEmpty({
            owner: [owner, 'Choose in whose name it is made.'],
            type: [type, 'Choose what it is.'],
          }),
          ...mistakesOfGroup(draft),
        }}
        save={create}
        saveName="Make the group"
        refusedTitle="The group was not made"
        onCancel={() => void navigate({ to: '/groups' })}
      >
        <OwnerField owner={owner} onChange={setOwner} />
        <ChoiceField
          name="type"
          label="Type"
          hint="It cannot be changed afterwards."
          isRequired
          value={type}
          choices={typeChoices}
          onChange={setType}
        />
        <GroupFields type={type} draft={draft} onChange={setDraft} />
      </GroupForm>
    </div>
  )
}
