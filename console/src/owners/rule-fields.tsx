import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { indicatorTypeChoices, wordChoices } from '../elements/choices.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { FormMistakesContext } from '../elements/field.ts'
import { FiguresField } from '../elements/figures-field.tsx'
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
      <FormMistakesContext value={{ mistakes, refused: {}, isTried: true }}>
        <div className={classes['inputs']}>
          <ChoiceField
            name="indicatorType"
            label="Type"
            value={rule.indicatorType}
            choices={[{ value: '*', label: 'All other types' }, ...indicatorTypeChoices]}
            onChange={(indicatorType) => change({ indicatorType })}
          />
          <div className={classes['pair']}>
            <FiguresField
              name="interval"
              label="Every"
              lengthMax={6}
              value={rule.interval}
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
            <FiguresField
              name="amount"
              label="Take away"
              lengthMax={3}
              value={rule.amount}
              onChange={(amount) => change({ amount })}
            />
            <NativeSelect
              aria-label="Unit of what is taken away"
              value={rule.isPercent ? 'percent' : 'points'}
              onChange={(event) => change({ isPercent: event.currentTarget.value === 'percent' })}
              data={['points', 'percent']}
            />
          </div>
          <FiguresField
            name="confidenceStart"
            label="Begin with, if none was said"
            lengthMax={3}
            value={rule.confidenceStart}
            onChange={(confidenceStart) => change({ confidenceStart })}
          />
          <ChoiceField
            name="atMinimum"
            label="When it has come to 0"
            value={rule.atMinimum}
            choices={wordChoices(atMinimumWords)}
            onChange={(atMinimum) => change({ atMinimum })}
          />
          <FiguresField name="said" label="Preview a confidence of" lengthMax={3} value={said} onChange={setSaid} />
        </div>
      </FormMistakesContext>
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
