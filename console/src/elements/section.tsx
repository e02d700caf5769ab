import { useId } from 'react'
import classes from './section.module.css'

interface SectionProps {
  title: string
  /** What a link within the page leads to. */
  id?: string
  /** What the section says in one line: figures, or that there is nothing. */
  summary?: React.ReactNode
  /** Buttons for what can be done with it. */
  actions?: React.ReactNode
  children?: React.ReactNode
}

/** A part of a page, which readers reach by its heading. */
export function Section({ title, id, summary, actions, children }: SectionProps) {
  const titleId = useId()
  return (
    <section id={id} aria-labelledby={titleId} className={classes['section']}>
      <header className={classes['head']}>
        <h2 id={titleId}>{title}</h2>
        {summary && <p className={classes['summary']}>{summary}</p>}
        {actions && <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </section>
  )
}
