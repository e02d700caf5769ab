import { Button, Textarea, TextInput } from '@mantine/core'
import { groupTypes } from '@postern/intel'
import { AttributeType, paths } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { attributeKeys } from '../api/attribute-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { indicatorTypeChoices } from '../elements/choices.ts'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import { attributeTypeOf, draftOf } from './attribute-type-draft.ts'
import { AttributeUses } from './attribute-uses.tsx'
import { BearerFields } from './bearer-fields.tsx'

const groupTypeChoices = groupTypes.map((type) => ({ value: type, label: type }))

/** Makes an attribute type, or changes the rules of one; there it also says what has such attributes. */
export function AttributeTypeDialog({ type, onClose }: { type?: AttributeType; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(type))
  const [asks, setAsks] = useState(false)
  const change = (changes: Partial<typeof draft>) => setDraft({ ...draft, ...changes })
  const wanted = attributeTypeOf(draft)
  const path = type === undefined ? paths.attributeTypes : paths.attributeType(encodeURIComponent(type.id))
  const save = useWrite({
    write: () => api(path, { method: type === undefined ? 'POST' : 'PUT', body: wanted, reply: AttributeType }),
    said: 'The attribute type is saved',
    touches: [attributeKeys.types],
    onDone: onClose,
  })
  const remove = useWrite({
    write: () => api(path, { method: 'DELETE' }),
    said: 'The attribute type is deleted',
    touches: [attributeKeys.types],
    onDone: onClose,
  })
  if (asks && type) {
    return (
      <DeleteDialog noun="attribute type" onClose={onClose} action={remove}>
        <p>
          The rules of{' '}
          <strong>
            <PlainText text={type.name} />
          </strong>{' '}
          go; attributes of that name stay. A batch that names it again brings it back without rules.
        </p>
      </DeleteDialog>
    )
  }
  return (
    <FormDialog
      title={type === undefined ? 'New attribute type' : `Attribute type ${plainText(type.name)}`}
      confirm={type === undefined ? 'Make the attribute type' : 'Save the attribute type'}
      isReady={draft.name.trim() !== '' && !('mistake' in wanted)}
      isWide
      onClose={onClose}
      action={save}
    >
      {type && <AttributeUses name={type.name} onLeave={onClose} />}
      <TextInput
        label="Name"
        required
        maxLength={200}
        data-focus-first
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        rows={2}
        maxLength={1000}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      <div className={form['row']}>
        <TextInput
          label="Pattern that the whole value matches"
          description="A regular expression of linear time, as SOC-[0-9]+; empty for any value."
          maxLength={1000}
          spellCheck={false}
          className={form['code'] ?? ''}
          value={draft.pattern}
          onChange={(event) => change({ pattern: event.currentTarget.value })}
        />
        <FiguresInput
          label="Characters at most"
          placeholder="100000"
          maxLength={6}
          value={draft.lengthMax}
          onChange={(lengthMax) => change({ lengthMax })}
        />
      </div>
      <Textarea
        label="Choices"
        description="The values that there are, one a line; empty for any value."
        rows={3}
        value={draft.choices}
        onChange={(event) => change({ choices: event.currentTarget.value })}
      />
      <BearerFields
        noun="Indicators"
        choices={indicatorTypeChoices}
        bearers={draft.indicators}
        onChange={(indicators) => change({ indicators })}
      />
      <BearerFields
        noun="Groups"
        choices={groupTypeChoices}
        bearers={draft.groups}
        onChange={(groups) => change({ groups })}
      />
      {'mistake' in wanted && <p className={form['hint']}>{wanted.mistake}</p>}
      <p className={form['hint']}>
        Rules hold for what comes from now on: an attribute that breaks one is left out, and the ledger says why. What
        is written stays.
      </p>
      {type && (
        <div className={form['row']}>
          <Button variant="subtle" color="brick" size="xs" onClick={() => setAsks(true)}>
            Delete the attribute type …
          </Button>
        </div>
      )}
    </FormDialog>
  )
}
