import type { GroupField } from '@postern/intel'
import { GroupDetail } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMay } from '../access/rights.ts'
import { apiTagged, type Tagged } from '../api/api.ts'
import { groupKeys, groupQueries } from '../api/group-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import form from '../elements/form.module.css'
import { NoRight } from '../elements/no-right.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { plainText } from '../format/text-pieces.ts'
import { draftOfGroup, editedOf, groupOf, mistakesOfGroup } from './group-draft.ts'
import { GroupFields } from './group-fields.tsx'
import { GroupForm } from './group-form.tsx'
import { groupDates, groupLines, groupLongTexts } from './group-field-words.ts'
import { groupTypeLabel } from './group-type-label.ts'

/** Changes what an owner says of a group. */
export function EditGroupPage() {
  const { groupId } = useParams({ from: '/signed-in/groups/$groupId/edit' })
  const mayWrite = useMay('curate')
  const query = useQuery(groupQueries.edited(groupId))
  if (!mayWrite) return <NoRight />
  return (
    <DetailPage
      noun="group"
      list={pages.groups}
      id={groupId}
      nameOf={({ content }) => `Edit ${content.name}`}
      crumbOf={({ content }) => `${content.name}: edit`}
      query={query}
      whyGone="its owner may have taken it back"
    >
      {(read) => (
        <div className={`${form['page']} ${form['narrow']}`}>
          <PageHead
            title="Edit the group"
            lead={`${groupTypeLabel(read.content.type)} of ${plainText(read.content.ownerName)}. A source that sends it again says it anew.`}
          />
          <EditForm read={read} />
        </div>
      )}
    </DetailPage>
  )
}

function EditForm({ read }: { read: Tagged<GroupDetail> }) {
  const { id, type } = read.content
  const navigate = useNavigate()
  const leave = () => void navigate({ to: '/groups/$groupId', params: { groupId: id } })
  const newest = useMemo(() => ({ content: editedOf(read.content), tag: read.tag }), [read])
  const edited = useEdited(newest, draftOfGroup)
  const { draft, setDraft, stored, ifMatch } = edited
  const save = useWrite({
    write: () =>
      apiTagged(paths.group(id), { method: 'PUT', body: groupOf(draft, stored), reply: GroupDetail, ifMatch }),
    said: 'The group is saved',
    touches: [groupKeys.all],
    onDone: (answer) => {
      edited.onSaved(answer)
      leave()
    },
  })
  const fields: readonly GroupField[] = [...groupLines, ...groupDates, ...groupLongTexts]
  return (
    <GroupForm
      mistakes={mistakesOfGroup(draft, stored)}
      save={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
      saveName="Save the group"
      refusedTitle="The group was not saved"
      onCancel={leave}
    >
      <GroupFields
        type={type}
        more={fields.filter((field) => stored[field] !== null)}
        draft={draft}
        onChange={setDraft}
      />
      {edited.isOutdated && <ChangedMeanwhile what="the fields of this group" edited={edited} onDecided={save.reset} />}
    </GroupForm>
  )
}
