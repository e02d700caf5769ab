import type { GuardResult } from '@postern/protocol'
import { Icon } from '../../elements/icon.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import classes from './export.module.css'

const words: Readonly<Record<string, string>> = {
  'shrink-to-nothing': 'Shrinks to nothing',
  'share-changed': 'Share that changes',
  'wide-cidr': 'Too wide a block',
  'control-cap': 'Limit of the control',
  'held-jumped': 'Held values jumped',
}

/** The checks that a plan went through, each with its figures; tripped ones first. */
export function GuardList({ guards }: { guards: readonly GuardResult[] }) {
  if (guards.length === 0) return null
  const ordered = guards.toSorted((a, b) => Number(b.tripped) - Number(a.tripped))
  return (
    <div>
      <h3 className={classes['heading']}>Guards</h3>
      <ul className={classes['guards']}>
        {ordered.map((guard) => (
          <li key={guard.guard} className={classes['guard']} data-tripped={guard.tripped || undefined}>
            <span className={classes['guardIcon']}>
              <Icon name={guard.tripped ? 'warning' : 'tick'} />
            </span>
            <span className={classes['guardName']}>
              {/* A guard of a newer hub is shown by its own name. */}
              {Object.hasOwn(words, guard.guard) ? words[guard.guard] : <PlainText text={guard.guard} />}
              <span className={classes['guardState']}>{guard.tripped ? 'Tripped' : 'Passed'}</span>
            </span>
            <span className={classes['guardMessage']}>
              <PlainText text={guard.message} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
