import { Link } from '@tanstack/react-router'
import { Chip } from '../elements/chip.tsx'
import { LongText } from '../elements/long-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import classes from './explain.module.css'

interface ExplainedArticleProps {
  type: string
  value: string
  /** Where it has a page of its own. */
  indicatorId?: string
  /** The answer in a sentence. */
  verdict: string
  children?: React.ReactNode
}

/** All about one of the indicators that a value names. */
export function ExplainedArticle({ type, value, indicatorId, verdict, children }: ExplainedArticleProps) {
  return (
    <article className={classes['explained']} aria-label={`${indicatorTypeLabel(type)} ${plainText(value)}`}>
      <p className={classes['found']}>
        <Chip>{indicatorTypeLabel(type)}</Chip>
        {indicatorId === undefined ? (
          <strong>
            <LongText text={value} />
          </strong>
        ) : (
          <Link to="/indicators/$indicatorId" params={{ indicatorId }}>
            <LongText text={value} />
          </Link>
        )}
        <span>{verdict}</span>
      </p>
      {children}
    </article>
  )
}
