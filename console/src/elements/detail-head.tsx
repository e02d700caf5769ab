import classes from './detail-head.module.css'
import { LongText } from './long-text.tsx'
import { PlainText } from './plain-text.tsx'
import { type ExplainedFace, StateBadge } from './state-badge.tsx'

interface DetailHeadProps {
  /** In small before the name: what kind of thing it is, and where its like are. */
  over?: React.ReactNode
  /** As somebody else wrote it. */
  name: string
  /** What the name alone does not tell apart, as the target on a control. */
  nameOf?: string
  /** How it stands, and in a sentence what that means. */
  face?: ExplainedFace
  /** What somebody wrote of it, under its name. */
  about?: string | null
  /** Buttons for what can be done with it. */
  actions?: React.ReactNode
  /** Under all of it, over the whole width: what has to be known before anything else is read. */
  children?: React.ReactNode
}

/** The head of a page about one thing. `PageHead` is that of a list. */
export function DetailHead({ over, name, nameOf, face, about, actions, children }: DetailHeadProps) {
  return (
    <header className={classes['head']}>
      <div className={classes['line']}>
        <div className={classes['words']}>
          {over && <p className={classes['over']}>{over}</p>}
          <h1 className={classes['name']}>
            <PlainText text={name} />
            {nameOf !== undefined && (
              <span className={classes['of']}>
                <PlainText text={nameOf} />
              </span>
            )}
          </h1>
          {face && (
            <p className={classes['state']}>
              <StateBadge face={face} large /> <span className={classes['meaning']}>{face.meaning}</span>
            </p>
          )}
        </div>
        {actions && <div className={classes['actions']}>{actions}</div>}
      </div>
      {about && (
        <p>
          <LongText text={about} />
        </p>
      )}
      {children}
    </header>
  )
}
