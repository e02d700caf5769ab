import { Button } from '@mantine/core'
import form from './form.module.css'
import { Notice } from './notice.tsx'

interface ChangedMeanwhileProps {
  /** What it is about, in the plural: `the rules`. */
  what: string
  /** As `useEdited` gives it. */
  edited: { keepDraft: () => void; takeNewest: () => void }
  /** What the hub said of it is answered then. */
  onDecided: () => void
}

/** Says in a form that others saved what is being typed over: nothing typed is lost until its author decides. */
export function ChangedMeanwhile({ what, edited, onDecided }: ChangedMeanwhileProps) {
  const decide = (way: () => void) => () => {
    way()
    onDecided()
  }
  return (
    <Notice role="alert" label="Changed meanwhile" isSigned>
      <p>
        Somebody changed {what} since you read them. What you typed still stands here and is not saved: keep it, and the
        next save replaces theirs, or take theirs and type anew.
      </p>
      <div className={form['actions']}>
        <Button variant="default" onClick={decide(edited.takeNewest)}>
          Take theirs
        </Button>
        <Button variant="default" onClick={decide(edited.keepDraft)}>
          Keep mine
        </Button>
      </div>
    </Notice>
  )
}
