import { Button, Textarea, TextInput } from '@mantine/core'
import { assertionLimits } from '@postern/protocol'
import { useId, useState } from 'react'
import { useField, useFieldMistake } from '../elements/field.ts'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { KnownNames } from '../elements/known-names.tsx'
import { TextField } from '../elements/text-field.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { type AttributeDraft, fieldName, withNewAttribute } from './attribute-draft.ts'
import classes from './attribute-fields.module.css'

/** More than a person edits in a form; the others stay as they are. */
const shownMax = 50
const { attributeTypeCharactersMax, attributeValueCharactersMax } = assertionLimits

interface AttributeFieldsProps {
  drafts: readonly AttributeDraft[]
  onChange: (drafts: AttributeDraft[]) => void
}

/** What an owner says by name and text: each is changed or taken out, and others are added. */
export function AttributeFields({ drafts, onChange }: AttributeFieldsProps) {
  const [opensKey, setOpensKey] = useState<number>()
  const mistake = useFieldMistake('attributes', JSON.stringify(drafts))
  const isNew = ({ key }: AttributeDraft) => key === opensKey
  const shown = drafts.filter((draft, index) => index < shownMax || isNew(draft))
  return (
    <fieldset
      className={form['group']}
      name="attributes"
      data-mistaken={mistake !== undefined || undefined}
      tabIndex={-1}
    >
      <legend>Attributes</legend>
      <div className={classes['attributes']}>
        {shown.map((draft) => (
          <AttributeField
            key={draft.key}
            draft={draft}
            isNew={isNew(draft)}
            onChange={(changed) => onChange(drafts.map((each) => (each.key === draft.key ? changed : each)))}
            onRemove={() => onChange(drafts.filter(({ key }) => key !== draft.key))}
          />
        ))}
        {drafts.length > shown.length && (
          <p className={form['hint']}>
            Not shown, and left as they are: {formatCountOf(drafts.length - shown.length, 'attribute')}. The API changes
            those.
          </p>
        )}
        {mistake !== undefined && <p className={form['mistake']}>{mistake}</p>}
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => {
              const all = withNewAttribute(drafts)
              setOpensKey(all.at(-1)?.key)
              onChange(all)
            }}
          >
            Add an attribute
          </Button>
        </div>
      </div>
    </fieldset>
  )
}

interface AttributeFieldProps {
  draft: AttributeDraft
  /** It was added just now: whoever added it goes on with its value. */
  isNew: boolean
  onChange: (draft: AttributeDraft) => void
  onRemove: () => void
}

function AttributeField({ draft, isNew, onChange, onRemove }: AttributeFieldProps) {
  const listId = useId()
  const type = useField({ name: fieldName(draft, 'type'), label: 'Type', isRequired: true }, draft.type)
  const value = useField({ name: fieldName(draft, 'value'), label: 'Value', isRequired: true }, draft.value)
  const words = plainText(draft.type)
  return (
    <div role="group" aria-label={`Attribute ${words}`} className={classes['attribute']}>
      <div className={form['row']}>
        <TextInput
          {...type}
          list={listId}
          maxLength={attributeTypeCharactersMax}
          autoComplete="off"
          value={draft.type}
          onChange={(event) => onChange({ ...draft, type: event.currentTarget.value })}
        />
        <KnownNames id={listId} kind="attributeType" start={draft.type} />
        <TextField
          name={fieldName(draft, 'source')}
          label="Where it is from"
          value={draft.source}
          lengthMax={attributeValueCharactersMax}
          onChange={(source) => onChange({ ...draft, source })}
        />
        <Button
          variant="subtle"
          color="brick"
          size="sm"
          aria-label={`Take the attribute ${words} out`}
          title="Take this attribute out"
          onClick={onRemove}
        >
          <Icon name="cross" size={13} />
        </Button>
      </div>
      <Textarea
        {...value}
        rows={draft.value.length > longFrom ? 4 : 2}
        maxLength={attributeValueCharactersMax}
        autoFocus={isNew}
        value={draft.value}
        onChange={(event) => onChange({ ...draft, value: event.currentTarget.value })}
      />
    </div>
  )
}

/** Characters above which a value is given more lines. */
const longFrom = 160
