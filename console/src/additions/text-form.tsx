import { NativeSelect, Textarea } from '@mantine/core'
import { type IndicatorType, indicatorTypes } from '@postern/intel'
import type { BatchIndicator } from '@postern/protocol'
import { useMemo, useState } from 'react'
import { indicatorTypeChoices } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import type { SendProps } from './add-indicators-page.tsx'
import { pastedLinesMax, readPasted } from './pasted-lines.ts'
import { Reasons } from './reasons.tsx'
import { SaidForm } from './said-form.tsx'

/** A pasted list, one indicator a line, and what the owner says of all of them. */
export function TextForm({ isReady, isSending, onSend }: SendProps<readonly BatchIndicator[]>) {
  const [text, setText] = useState('')
  const [type, setType] = useState<IndicatorType>()
  const { indicators, refused } = useMemo(() => readPasted(text, type), [text, type])
  return (
    <SaidForm
      isReady={isReady && indicators.length > 0}
      isSending={isSending}
      confirm={`Add ${formatCountOf(indicators.length, 'indicator')}`}
      onSend={(said) => onSend(indicators.map((each) => ({ type: each.type, summary: each.value, ...said })))}
    >
      <Textarea
        label="Indicators"
        description={`One a line, ${formatCount(pastedLinesMax)} lines at most; # begins a comment.`}
        required
        rows={9}
        spellCheck={false}
        className={form['code'] ?? ''}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        label="Type"
        value={type ?? ''}
        onChange={(event) => setType(indicatorTypes.find((each) => each === event.currentTarget.value))}
        data={[{ value: '', label: 'Detect automatically' }, ...indicatorTypeChoices]}
      />
      <p className={form['hint']} aria-live="polite">
        {formatCountOf(indicators.length, 'indicator')} to be sent
        {refused.length > 0 && `, ${formatCountOf(refused.length, 'line')} left out`}.
      </p>
      {refused.length > 0 && (
        <Reasons
          label="Lines that are left out"
          reasons={refused.map(({ line, reason }) => `Line ${line}: ${reason}`)}
        />
      )}
    </SaidForm>
  )
}
