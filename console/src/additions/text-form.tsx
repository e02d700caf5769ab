import type { IndicatorType } from '@postern/intel'
import type { BatchIndicator } from '@postern/protocol'
import { useMemo, useState } from 'react'
import form from '../elements/form.module.css'
import { TextField } from '../elements/text-field.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { pastedLinesMax, readPasted } from './pasted-lines.ts'
import { Reasons } from './reasons.tsx'
import { SaidForm } from './said-form.tsx'
import { TypeField } from './type-field.tsx'
import type { SendProps } from './send-props.ts'

/** A pasted list, one indicator a line, and what the owner says of all of them. */
export function TextForm({ onSend, ...sending }: SendProps<readonly BatchIndicator[]>) {
  const [text, setText] = useState('')
  const [type, setType] = useState<IndicatorType | ''>('')
  const { indicators, refused } = useMemo(() => readPasted(text, type === '' ? undefined : type), [text, type])
  return (
    <SaidForm
      {...sending}
      mistakes={indicators.length === 0 ? { indicators: 'Paste one indicator at least.' } : {}}
      confirm={`Add ${formatCountOf(indicators.length, 'indicator')}`}
      onSend={(said) => onSend(indicators.map((each) => ({ type: each.type, summary: each.value, ...said })))}
    >
      <TextField
        name="indicators"
        label="Indicators"
        hint={`One a line, ${formatCount(pastedLinesMax)} lines at most; # begins a comment.`}
        isRequired
        rows={9}
        isCode
        value={text}
        onChange={setText}
      />
      <TypeField type={type} onChange={setType} />
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
