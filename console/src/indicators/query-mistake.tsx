import type { ApiProblem } from '../api/api.ts'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { mistakeExcerpt } from './mistake-excerpt.ts'
import classes from './query-mistake.module.css'

/** What is wrong with a query, in the hub's words, below the character that it means. */
export function QueryMistake({ query, mistake }: { query: string; mistake: ApiProblem }) {
  const { before, wrong, after } = mistakeExcerpt(query, mistake.position ?? 0)
  return (
    <div role="alert" className={classes['mistake']}>
      <p className={classes['line']}>
        <PlainText text={before} />
        <span className={classes['wrong']} data-end={wrong === '' || undefined}>
          <PlainText text={wrong === '' ? ' ' : wrong} />
        </span>
        <PlainText text={after} />
      </p>
      <p className={classes['words']}>
        <span className={classes['icon']}>
          <Icon name="warning" />
        </span>
        <PlainText text={mistake.detail} />
      </p>
    </div>
  )
}
