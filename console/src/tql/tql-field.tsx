import type { TqlObject } from '@postern/intel'
import { Suspense, useId } from 'react'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { TqlEditor } from './lazy-tql-editor.ts'
import classes from './tql-field.module.css'
import type { TqlMistake } from './tql-mistake.ts'

interface TqlFieldProps {
  label: string
  hint?: string
  value: string
  object?: TqlObject
  mistake: TqlMistake | undefined
  onChange: (tql: string) => void
}

/** A query in an editor of its own; what is wrong with it is underlined where it is, and told above. */
export function TqlField({ label, hint, value, object = 'indicator', mistake, onChange }: TqlFieldProps) {
  const id = useId()
  return (
    <div className={classes['field']}>
      <span className={classes['label']}>{label}</span>
      {hint && <span className={classes['hint']}>{hint}</span>}
      {/* Above it: below, what may come next would cover it. */}
      <p id={id} aria-live="polite" className={classes['mistake']} data-soft={mistake?.isAtEnd || undefined}>
        {mistake && (
          <>
            <Icon name={mistake.isAtEnd ? 'pencil' : 'warning'} size={14} />
            <span>
              <PlainText text={mistake.message} />
            </span>
          </>
        )}
      </p>
      <Suspense
        fallback={
          <textarea
            className={classes['waiting']}
            aria-label={label}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        }
      >
        <TqlEditor label={label} describedBy={id} value={value} object={object} mistake={mistake} onChange={onChange} />
      </Suspense>
    </div>
  )
}
