import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { indicatorTypeChoices, wordChoices } from '../elements/choices.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { FormMistakesContext } from '../elements/field.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import { Icon } from '../elements/icon.tsx'
import { atMinimumWords, withoutConfidenceWords } from './owner-words.ts'
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
  const field = fieldsOf(rule, onChange)
  const change = (changes: Partial<RuleDraft>) => onChange({ ...rule, ...changes })
  const typeName = rule.indicatorType === '*' ? 'all other types' : rule.indicatorType
  return (
    <fieldset className={classes['rule']} disabled={isReadOnly} aria-label={`Rule for ${typeName}`}>
      <FormMistakesContext value={{ mistakes, refused: {}, isTried: true }}>
        <div className={classes['inputs']}>
          <ChoiceField
            {...field('indicatorType')}
            label="Type"
            choices={[{ value: '*', label: 'All other types' }, ...indicatorTypeChoices]}
          />
          <div className={classes['pair']}>
            <FiguresField {...field('interval')} label="Every" lengthMax={6} />
            <NativeSelect
              aria-label="Unit of the interval"
              value={rule.unit}
              onChange={(event) => change({ unit: event.currentTarget.value === 'hours' ? 'hours' : 'days' })}
              data={['days', 'hours']}
            />
          </div>
          <div className={classes['pair']}>
            <FiguresField {...field('amount')} label="Take away" lengthMax={3} />
            <NativeSelect
              aria-label="Unit of what is taken away"
              value={rule.isPercent ? 'percent' : 'points'}
              onChange={(event) => change({ isPercent: event.currentTarget.value === 'percent' })}
              data={['points', 'percent']}
            />
          </div>
          <ChoiceField {...field('atMinimum')} label="When it has come to 0" choices={wordChoices(atMinimumWords)} />
          <ChoiceField
            name="givesConfidence"
            label="What has no confidence"
            value={rule.givesConfidence ? 'given' : 'unseen'}
            onChange={(chosen) => change({ givesConfidence: chosen === 'given' })}
            choices={wordChoices(withoutConfidenceWords)}
          />
          <FiguresField {...field('confidenceStart')} label="Counted from" lengthMax={3} />
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
