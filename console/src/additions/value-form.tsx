import { canonicalise, type IndicatorType, rawLengthMax, readIndicatorLine } from '@postern/intel'
import type { BatchIndicator } from '@postern/protocol'
import { useState } from 'react'
import type { FieldProblems } from '../api/field-problems.ts'
import form from '../elements/form.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { SaidForm } from './said-form.tsx'
import { TypeField } from './type-field.tsx'
import type { SendProps } from './send-props.ts'

/** One indicator, and what the owner says of it. */
export function ValueForm({ onSend, ...sending }: SendProps<readonly BatchIndicator[]>) {
  const [value, setValue] = useState('')
  const [chosen, setChosen] = useState<IndicatorType | ''>('')
  const text = value.trim()
  const read = readValue(text, chosen)
  return (
    <SaidForm
      {...sending}
      mistakes={'mistakes' in read ? read.mistakes : {}}
      confirm="Add the indicator"
      onSend={(said) => 'type' in read && onSend([{ type: read.type, summary: text, ...said }])}
    >
      <div className={form['row']}>
        <TextField
          name="value"
          label="Value"
          isRequired
          autoComplete="off"
          lengthMax={rawLengthMax}
          isCode
          value={value}
          onChange={setValue}
        />
        <TypeField type={chosen} onChange={setChosen} />
      </div>
      <p className={form['hint']} aria-live="polite">
        {text === '' && 'Defanged spellings are read too: hxxp://, [.], [at].'}
        {'type' in read && (
          <>
            {indicatorTypeLabel(read.type)} <PlainText text={read.canonical} />
          </>
        )}
      </p>
    </SaidForm>
  )
}

/** What a value is taken for, or why it is none. */
function readValue(
  text: string,
  chosen: IndicatorType | '',
): { type: IndicatorType; canonical: string } | { mistakes: FieldProblems } {
  const detected = chosen === '' ? readIndicatorLine(text) : ({ ok: true, type: chosen } as const)
  if (text === '' || detected === undefined) return { mistakes: { value: 'Write the value.' } }
  if (!detected.ok) return { mistakes: { value: plainText(`${detected.reason} Choose its type if it is another.`) } }
  const canonical = canonicalise(detected.type, text)
  if (!canonical.ok) return { mistakes: { value: plainText(canonical.message) } }
  return { type: detected.type, canonical: canonical.value }
}
