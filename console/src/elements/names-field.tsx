import { TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import type { NameKind } from '../api/name-queries.ts'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { type FieldProps, useField } from './field.ts'
import { Icon } from './icon.tsx'
import { KnownNames } from './known-names.tsx'
import classes from './names-field.module.css'
import { PlainText } from './plain-text.tsx'

interface NamesFieldProps extends FieldProps {
  /** What one of them is, in lower case: `tag`. */
  noun: string
  /** Of which kind those are that the library knows already. */
  kind: NameKind
  value: readonly string[]
  onChange: (names: string[]) => void
}

/** More than a person looks through; the others stay as they are. */
const shownMax = 200

/** Characters that are typed or pasted at once. */
const typedLengthMax = 2000

/** Any number of names: each is taken out by its cross; Enter or a comma adds the one that is typed, and so does leaving the field. */
export function NamesField({ noun, kind, value, onChange, ...said }: NamesFieldProps) {
  const [typed, setTyped] = useState('')
  const listId = useId()
  const add = (text: string) => {
    const names = text.split(',').map((name) => name.trim())
    const added = names.filter((name) => name !== '' && !value.includes(name))
    if (added.length > 0) onChange([...value, ...new Set(added)])
    setTyped('')
  }
  return (
    <div className={classes['field']}>
      <TextInput
        {...useField(said, value.join('\n'))}
        list={listId}
        maxLength={typedLengthMax}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={({ currentTarget: { value: text }, nativeEvent }) => {
          // One that was chosen from the list below is whole.
          const isChosen = 'inputType' in nativeEvent && nativeEvent.inputType === 'insertReplacementText'
          if (text.includes(',') || isChosen) add(text)
          else setTyped(text)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && typed.trim() !== '') {
            event.preventDefault()
            add(typed)
          }
        }}
        onBlur={() => add(typed)}
      />
      <KnownNames id={listId} kind={kind} start={typed} />
      {value.length > 0 && (
        <ul className={classes['names']} aria-label={`${said.label}, as they will be`}>
          {value.slice(0, shownMax).map((name) => (
            <li key={name} className={classes['name']}>
              <span className={classes['words']} title={plainText(name)}>
                <PlainText text={name} />
              </span>
              <button
                type="button"
                aria-label={`Take the ${noun} ${plainText(name)} out`}
                title={`Take this ${noun} out`}
                onClick={() => onChange(value.filter((each) => each !== name))}
              >
                <Icon name="cross" size={11} />
              </button>
            </li>
          ))}
          {value.length > shownMax && <li>and {formatCountOf(value.length - shownMax, `more ${noun}`)}</li>}
        </ul>
      )}
    </div>
  )
}
