import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { indicatorTypeChoices } from '../elements/choices.ts'
import { FiguresInput } from '../elements/figures-input.tsx'
import { Icon } from '../elements/icon.tsx'
import { atMinimumWords } from './owner-words.ts'
import classes from './owners.module.css'
import { RuleChart } from './rule-chart.tsx'
import { mistakesOf, type RuleDraft, ruleOf } from './rule-draft.ts'
import { rulePreview } from './rule-preview.ts'

interface RuleFieldsProps {
  rule: RuleDraft
  all: readonly RuleDraft[]
  isReadOnly: boolean
  onChange: (rule: RuleDraft) => void
  onRemove: () => void
}

/** One rule, and beside it what it does to an assertion that nobody repeats. */
export function RuleFields({ rule, all, isReadOnly, onChange, onRemove }: RuleFieldsProps) {
  const [said, setSaid] = useState('100')
  const mistakes = mistakesOf(rule, all)
  const isWhole = Object.keys(mistakes).every((field) => field === 'indicatorType')
  const change = (changes: Partial<RuleDraft>) => onChange({ ...rule, ...changes })
  const typeName = rule.indicatorType === '*' ? 'all other types' : rule.indicatorType
  return (
    <fieldset className={classes['rule']} disabled={isReadOnly} aria-label={`Rule for ${typeName}`}>
      <div className={classes['inputs']}>
        <NativeSelect
          label="Type"
          value={rule.indicatorType}
          error={mistakes.indicatorType}
          onChange={(event) => change({ indicatorType: event.currentTarget.value })}
          data={[{ value: '*', label: 'All other types' }, ...indicatorTypeChoices]}
        />
        <div className={classes['pair']}>
          <FiguresInput
            label="Every"
            maxLength={6}
            value={rule.interval}
            error={mistakes.interval}
            onChange={(interval) => change({ interval })}
          />
          <NativeSelect
            aria-label="Unit of the interval"
            value={rule.unit}
            onChange={(event) => change({ unit: event.currentTarget.value === 'hours' ? 'hours' : 'days' })}
            data={['days', 'hours']}
          />
        </div>
        <div className={classes['pair']}>
          <FiguresInput
            label="Take away"
            maxLength={3}
            value={rule.amount}
            error={mistakes.amount}
            onChange={(amount) => change({ amount })}
          />
          <NativeSelect
            aria-label="Unit of what is taken away"
            value={rule.isPercent ? 'percent' : 'points'}
            onChange={(event) => change({ isPercent: event.currentTarget.value === 'percent' })}
            data={['points', 'percent']}
          />
        </div>
        <FiguresInput
          label="Begin with, if none was said"
          maxLength={3}
          value={rule.confidenceStart}
          error={mistakes.confidenceStart}
          onChange={(confidenceStart) => change({ confidenceStart })}
        />
        <NativeSelect
          label="When it has come to 0"
          value={rule.atMinimum}
          onChange={(event) => {
            const chosen = event.currentTarget.value
            if (chosen === 'nothing' || chosen === 'inactive' || chosen === 'delete') change({ atMinimum: chosen })
          }}
          data={Object.entries(atMinimumWords).map(([value, label]) => ({ value, label }))}
        />
        <FiguresInput label="Preview a confidence of" maxLength={3} value={said} onChange={setSaid} />
      </div>
      {isWhole ? (
        <RuleChart preview={rulePreview(ruleOf(rule), said === '' ? null : Math.min(100, Number(said)))} />
      ) : (
        <p>The preview comes back when the figures are whole.</p>
      )}
      {!isReadOnly && (
        <div className={classes['ruleFoot']}>
          <span />
          <Button
            size="compact-xs"
            variant="subtle"
            color="brick"
            leftSection={<Icon name="cross" size={12} />}
            onClick={onRemove}
          >
            Take this rule away
          </Button>
        </div>
      )}
    </fieldset>
  )
}
