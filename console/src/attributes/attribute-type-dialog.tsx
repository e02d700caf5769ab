import { AttributeType } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, apiTagged, type Tagged } from '../api/api.ts'
import { attributeKeys, attributeQueries } from '../api/attribute-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { EditDialog } from '../elements/edit-dialog.tsx'
import { FormDialog } from '../elements/form-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ReadFirstDialog } from '../elements/read-first-dialog.tsx'
import { plainText } from '../format/text-pieces.ts'
import { attributeTypeOf, draftOf } from './attribute-type-draft.ts'
import { AttributeTypeFields } from './attribute-type-fields.tsx'
import { AttributeUses } from './attribute-uses.tsx'

export function NewAttributeTypeDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(undefined))
  const wanted = attributeTypeOf(draft)
  const save = useWrite({
    write: () => api(paths.attributeTypes, { method: 'POST', body: wanted, reply: AttributeType }),
    said: 'The attribute type is saved',
    touches: [attributeKeys.types],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="New attribute type"
      confirm="Make the attribute type"
      {...('mistakes' in wanted && { mistakes: wanted.mistakes })}
      isWide
      onClose={onClose}
      action={save}
    >
      <AttributeTypeFields draft={draft} onChange={setDraft} />
    </FormDialog>
  )
}

interface AttributeTypeDialogProps {
  type: AttributeType
  onClose: () => void
}

/** Changes the rules of an attribute type, and says what has such attributes. */
export function AttributeTypeDialog(props: AttributeTypeDialogProps) {
  const { type, onClose } = props
  const stored = useQuery({ ...attributeQueries.type(type.id), refetchOnWindowFocus: false })
  return (
    <ReadFirstDialog title={titleOf(type)} what="the attribute type" query={stored} isWide onClose={onClose}>
      {(newest) => <EditForm {...props} newest={newest} />}
    </ReadFirstDialog>
  )
}

function EditForm({ type, newest, onClose }: AttributeTypeDialogProps & { newest: Tagged<AttributeType> }) {
  const edited = useEdited(newest, draftOf)
  const { draft, setDraft, ifMatch } = edited
  const wanted = attributeTypeOf(draft)
  const path = paths.attributeType(type.id)
  const save = useWrite({
    write: () => apiTagged(path, { method: 'PUT', body: wanted, reply: AttributeType, ifMatch }),
    said: 'The attribute type is saved',
    touches: [attributeKeys.types],
    onDone: onClose,
  })
  return (
    <EditDialog
      title={titleOf(type)}
      confirm="Save the attribute type"
      {...('mistakes' in wanted && { mistakes: wanted.mistakes })}
      isWide
      answer={
        edited.isOutdated && (
          <ChangedMeanwhile what="the rules of this attribute type" edited={edited} onDecided={save.reset} />
        )
      }
      onClose={onClose}
      action={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
      removal={removalOf(type, path)}
    >
      <AttributeUses name={type.name} onLeave={onClose} />
      <AttributeTypeFields draft={draft} onChange={setDraft} />
    </EditDialog>
  )
}

function titleOf({ name }: AttributeType): string {
  return `Attribute type ${plainText(name)}`
}

function removalOf(type: AttributeType, path: string) {
  return {
    noun: 'attribute type',
    path,
    touches: [attributeKeys.types],
    words: (
      <p>
        The rules of{' '}
        <strong>
          <PlainText text={type.name} />
        </strong>{' '}
        go; attributes of that name stay. A batch that names it again brings it back without rules.
      </p>
    ),
  }
}
