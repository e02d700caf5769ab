import { groupTypes } from '@postern/intel'
import { AttributeType } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { attributeKeys } from '../api/attribute-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { indicatorTypeChoices, plainChoices } from '../elements/choices.ts'
import { EditDialog } from '../elements/edit-dialog.tsx'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { DescriptionField, NameField, TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { attributeTypeOf, draftOf } from './attribute-type-draft.ts'
import { AttributeUses } from './attribute-uses.tsx'
import { BearerFields } from './bearer-fields.tsx'

/** Makes an attribute type, or changes the rules of one; there it also says what has such attributes. */
export function AttributeTypeDialog({ type, onClose }: { type?: AttributeType; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(type))
  const field = fieldsOf(draft, setDraft)
  const change = (changes: Partial<typeof draft>) => setDraft({ ...draft, ...changes })
  const wanted = attributeTypeOf(draft)
  const path = type === undefined ? paths.attributeTypes : paths.attributeType(type.id)
  const save = useWrite({
    write: () => api(path, { method: type === undefined ? 'POST' : 'PUT', body: wanted, reply: AttributeType }),
    said: 'The attribute type is saved',
    touches: [attributeKeys.types],
    onDone: onClose,
  })
  return (
    <EditDialog
      title={type === undefined ? 'New attribute type' : `Attribute type ${plainText(type.name)}`}
      confirm={type === undefined ? 'Make the attribute type' : 'Save the attribute type'}
      {...('mistakes' in wanted && { mistakes: wanted.mistakes })}
      isWide
      onClose={onClose}
      action={save}
      removal={type && removalOf(type, path)}
    >
      {type && <AttributeUses name={type.name} onLeave={onClose} />}
      <NameField {...field('name')} lengthMax={200} />
      <DescriptionField {...field('description')} lengthMax={1000} />
      <div className={form['row']}>
        <TextField
          {...field('pattern')}
          label="Pattern that the whole value matches"
          hint="A regular expression of linear time, as SOC-[0-9]+; empty for any value."
          lengthMax={1000}
          isCode
        />
        <FiguresField {...field('lengthMax')} label="Characters at most" placeholder="100000" lengthMax={6} />
      </div>
      <TextField
        {...field('choices')}
        label="Choices"
        hint="The values that there are, one a line; empty for any value."
        rows={3}
      />
      <BearerFields
        noun="Indicators"
        choices={indicatorTypeChoices}
        bearers={draft.indicators}
        onChange={(indicators) => change({ indicators })}
      />
      <BearerFields
        noun="Groups"
        choices={plainChoices(groupTypes)}
        bearers={draft.groups}
        onChange={(groups) => change({ groups })}
      />
      <p className={form['hint']}>
        Rules hold for what comes from now on: an attribute that breaks one is left out, and the ledger says why. What
        is written stays.
      </p>
    </EditDialog>
  )
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
