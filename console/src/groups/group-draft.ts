import type { GroupField } from '@postern/intel'
import type { GroupDetail, WriteGroup } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'
import {
  type AttributeDraft,
  attributeOf,
  draftOfAttribute,
  mistakesOfAttributes,
} from '../attributes/attribute-draft.ts'
import { leftEmpty } from '../elements/left-empty.ts'
import { editedInstant, fieldOf } from '../format/utc-field.ts'
import { groupDates, groupLines, groupLongTexts } from './group-field-words.ts'

/** A group as it is typed; what is empty is not said. Times are UTC, as `2026-11-21T09:30`. */
export type GroupDraft = Record<GroupField, string> & {
  name: string
  tags: string[]
  securityLabels: string[]
  attributes: AttributeDraft[]
}

/** What of a group is edited; what comes and goes beside it is no part of that. */
export type EditedGroup = Pick<GroupDetail, 'name' | 'tags' | 'securityLabels' | 'attributes' | GroupField>

const textFields = [...groupLines, ...groupLongTexts] as const
const nothing = Object.fromEntries([...groupDates, ...textFields].map((name) => [name, ''])) as Record<
  GroupField,
  string
>

export const newGroup: GroupDraft = { ...nothing, name: '', tags: [], securityLabels: [], attributes: [] }

export function editedOf(group: GroupDetail): EditedGroup {
  const { name, tags, securityLabels, attributes } = group
  const fields = Object.fromEntries([...groupDates, ...textFields].map((field) => [field, group[field]]))
  // Entries by the names of all fields are a record of them.
  return { name, tags, securityLabels, attributes, ...(fields as Pick<GroupDetail, GroupField>) }
}

export function draftOfGroup(group: EditedGroup): GroupDraft {
  const { name, tags, securityLabels, attributes } = group
  const dates = groupDates.map((field) => [field, fieldOf(group[field])])
  const texts = textFields.map((field) => [field, group[field] ?? ''])
  return {
    ...nothing,
    ...(Object.fromEntries([...dates, ...texts]) as Partial<Record<GroupField, string>>),
    name,
    tags,
    securityLabels,
    attributes: attributes.map(draftOfAttribute),
  }
}

/** What to send. @param stored what was typed over */
export function groupOf(draft: GroupDraft, stored?: EditedGroup): WriteGroup {
  const dates = groupDates.map((field) => [field, editedInstant(draft[field], stored?.[field])])
  const texts = textFields.map((field) => [field, draft[field].trim() === '' ? null : draft[field]])
  return {
    ...(Object.fromEntries([...dates, ...texts]) as Record<GroupField, string | null>),
    name: draft.name.trim(),
    tags: draft.tags,
    securityLabels: draft.securityLabels,
    attributes: draft.attributes.map(attributeOf),
  }
}

export function mistakesOfGroup(draft: GroupDraft, stored?: EditedGroup): FieldProblems {
  return {
    ...leftEmpty({ name: [draft.name, 'Give it a name.'] }),
    ...mistakesOfAttributes(draft.attributes, stored?.attributes),
  }
}
