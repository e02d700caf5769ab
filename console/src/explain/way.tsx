import { Icon, type IconName } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import classes from './explain.module.css'
import type { ExplanationStep } from './explanation.ts'

const marks: Record<ExplanationStep['outcome'], { icon: IconName; word: string }> = {
  passed: { icon: 'tick', word: 'Passed' },
  stopped: { icon: 'cross', word: 'Stopped here' },
  told: { icon: 'warning', word: 'Worth knowing' },
  open: { icon: 'minus', word: 'Not come to' },
}

/** The steps from somebody's word to a control, with what each came to. */
export function Way({ label, steps }: { label: string; steps: readonly ExplanationStep[] }) {
  return (
    <ol className={classes['steps']} aria-label={label}>
      {steps.map(({ name, outcome, text }) => (
        <li key={name} data-outcome={outcome}>
          <span className={classes['mark']} data-outcome={outcome} title={marks[outcome].word}>
            <Icon name={marks[outcome].icon} size={12} />
          </span>
          <span className={classes['name']}>
            {name}
            <span className="only-heard">: {marks[outcome].word}</span>
          </span>
          <span className={classes['text']}>
            <PlainText text={text} />
          </span>
        </li>
      ))}
    </ol>
  )
}
