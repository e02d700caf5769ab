import classes from './page-head.module.css'
import { PlainText } from './plain-text.tsx'

/** A page's name, what it is in one sentence, and what can be done with all of it. */
export function PageHead({ title, lead, children }: { title: string; lead: string; children?: React.ReactNode }) {
  return (
    <header className={classes['head']}>
      <h1>{title}</h1>
      <p className={classes['lead']}>{lead}</p>
      <div className={classes['tools']}>{children}</div>
    </header>
  )
}

/** The way back to the list. @param children the link to it */
export function Crumbs({ here, children }: { here: string; children: React.ReactNode }) {
  return (
    <nav aria-label="Where you are" className={classes['crumbs']}>
      {children}
      <span aria-hidden="true">/</span>
      <span className={classes['here']} aria-current="page">
        <PlainText text={here} />
      </span>
    </nav>
  )
}
