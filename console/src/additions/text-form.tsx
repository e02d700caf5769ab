import type { IndicatorType } from '@postern/intel'
import type { BatchIndicator } from '@postern/protocol'
import { useMemo, useState } from 'react'
import { Check } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
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
  const [dropsPort, setDropsPort] = useState(false)
  const [scheme, setScheme] = useState<'' | 'http' | 'https'>('')
  const { indicators, refused, mended } = useMemo(
    () => readPasted(text, type === '' ? undefined : type, { dropsPort, scheme: scheme === '' ? undefined : scheme }),
    [text, type, dropsPort, scheme],
  )
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
      <div className={form['row']}>
        <TypeField type={type} onChange={setType} />
        <ChoiceField
          name="scheme"
          label="URLs without a scheme"
          value={scheme}
          choices={schemeChoices}
          onChange={setScheme}
        />
      </div>
      <Check
        label="Take address:port and host:port for the address or the host alone"
        checked={dropsPort}
        onChange={setDropsPort}
      />
      <p className={form['hint']} aria-live="polite">
        {formatCountOf(indicators.length, 'indicator')} to be sent
        {refused.length > 0 && `, ${formatCountOf(refused.length, 'line')} left out`}.
        {mended.port > 0 && ` Of ${formatCountOf(mended.port, 'line')} the port is left out.`}
        {mended.scheme > 0 && ` In front of ${formatCountOf(mended.scheme, 'line')} ${scheme}:// is written.`}
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

const schemeChoices = [
  { value: '', label: 'Leave them out' },
  { value: 'http', label: 'Write http:// in front' },
  { value: 'https', label: 'Write https:// in front' },
] as const
