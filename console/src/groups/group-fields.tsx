import { type GroupField, groupTypeFacts, parseGroupType } from '@postern/intel'
import { groupLimits } from '@postern/protocol'
import { AttributeFields } from '../attributes/attribute-fields.tsx'
import { fieldsOf } from '../elements/fields-of.ts'
import form from '../elements/form.module.css'
import { NamesField } from '../elements/names-field.tsx'
import { NameField, TextField } from '../elements/text-field.tsx'
import type { GroupDraft } from './group-draft.ts'
import { groupDates, groupFieldWords, groupLines, groupLongTexts } from './group-field-words.ts'

interface GroupFieldsProps {
  type: string
  /** Fields that a source said beside those of its type. */
  more?: readonly GroupField[]
  draft: GroupDraft
  onChange: (draft: GroupDraft) => void
}

/** What an owner says of a group, with the fields that its type has. */
export function GroupFields({ type, more = [], draft, onChange }: GroupFieldsProps) {
  const field = fieldsOf(draft, onChange)
  const known = parseGroupType(type)
  const shown = new Set<GroupField>([...(known === undefined ? [] : groupTypeFacts[known].fields), ...more])
  const lines = groupLines.filter((name) => shown.has(name))
  const dates = groupDates.filter((name) => shown.has(name))
  const texts = groupLongTexts.filter((name) => shown.has(name))
  return (
    <>
      <NameField {...field('name')} lengthMax={groupLimits.nameCharactersMax} />
      {lines.length + dates.length > 0 && (
        <div className={form['row']}>
          {lines.map((name) => (
            <TextField
              key={name}
              {...field(name)}
              label={groupFieldWords[name]}
              hint={hints[name]}
              lengthMax={groupLimits.lineCharactersMax}
            />
          ))}
          {dates.map((name) => (
            <TextField key={name} {...field(name)} label={`${groupFieldWords[name]} (UTC)`} type="datetime-local" />
          ))}
        </div>
      )}
      {texts.map((name) => (
        <TextField
          key={name}
          {...field(name)}
          label={groupFieldWords[name]}
          rows={5}
          isCode
          lengthMax={groupLimits.textCharactersMax}
        />
      ))}
      <div className={form['row']}>
        <NamesField {...field('tags')} label="Tags" noun="tag" kind="tag" hint="Enter or a comma adds one." />
        <NamesField
          {...field('securityLabels')}
          label="Security labels"
          noun="label"
          kind="securityLabel"
          hint="Such as TLP:AMBER."
        />
      </div>
      <AttributeFields drafts={draft.attributes} onChange={field('attributes').onChange} />
    </>
  )
}

const hints: Partial<Record<GroupField, string>> = {
  eventType: 'An Alert, Alarm or Sighting counts as a sighting of its indicators.',
  fileType: 'Such as YARA, Snort or Sigma.',
}
