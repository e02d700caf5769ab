import { useId } from 'react'
import classes from './indicator-page.module.css'

interface SectionProps {
  title: string
  /** What the section says in one line: figures, or that there is nothing. */
  summary?: React.ReactNode
  children?: React.ReactNode
}

/** A part of the indicator's page, which readers reach by its heading. */
export function Section({ title, summary, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={classes['section']}>
      <header className={classes['sectionHead']}>
        <h2 id={id}>{title}</h2>
        {summary && <p className={classes['soft']}>{summary}</p>}
      </header>
      {children}
    </section>
  )
}
