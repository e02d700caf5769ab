import { NativeSelect, TextInput } from '@mantine/core'
import { canonicalise, type IndicatorType, indicatorTypes, rawLengthMax, readIndicatorLine } from '@postern/intel'
import type { BatchIndicator } from '@postern/protocol'
import { useState } from 'react'
import { indicatorTypeChoices } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import type { SendProps } from './add-indicators-page.tsx'
import { SaidForm } from './said-form.tsx'

/** One indicator, and what the owner says of it. */
export function ValueForm({ isReady, isSending, onSend }: SendProps<readonly BatchIndicator[]>) {
  const [value, setValue] = useState('')
  const [chosen, setChosen] = useState<IndicatorType>()
  const text = value.trim()
  const detected = chosen === undefined ? readIndicatorLine(text) : undefined
  const type = chosen ?? (detected?.ok === true ? detected.type : undefined)
  const canonical = type === undefined ? undefined : canonicalise(type, text)
  return (
    <SaidForm
      isReady={isReady && canonical?.ok === true}
      isSending={isSending}
      confirm="Add the indicator"
      onSend={(said) => type && onSend([{ type, summary: text, ...said }])}
    >
      <div className={form['row']}>
        <TextInput
          label="Value"
          required
          autoComplete="off"
          spellCheck={false}
          maxLength={rawLengthMax}
          className={form['code'] ?? ''}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <NativeSelect
          label="Type"
          value={chosen ?? ''}
          onChange={(event) => setChosen(indicatorTypes.find((each) => each === event.currentTarget.value))}
          data={[{ value: '', label: 'Detect automatically' }, ...indicatorTypeChoices]}
        />
      </div>
      <p className={form['hint']} aria-live="polite">
        {text === '' && 'Defanged spellings are read too: hxxp://, [.], [at].'}
        {text !== '' && detected?.ok === false && (
          <PlainText text={`${detected.reason} Choose its type if it is another.`} />
        )}
        {text !== '' && type && canonical?.ok && (
          <>
            {indicatorTypeLabel(type)} <PlainText text={canonical.value} />
          </>
        )}
        {text !== '' && canonical?.ok === false && <PlainText text={canonical.message} />}
      </p>
    </SaidForm>
  )
}
