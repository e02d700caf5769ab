import { PlainText } from '../../elements/plain-text.tsx'
import { type BadgeFace, StateBadge } from '../../elements/state-badge.tsx'
import classes from './export.module.css'

interface Target {
  id: string
  /** Absent while it is being read. */
  name: string | undefined
  face: BadgeFace | undefined
}

/** One export may write to several targets of a control; this chooses whose plan or receipt is shown. */
export function TargetPicker(props: {
  label: string
  targets: readonly Target[]
  current: string
  onPick: (id: string) => void
}) {
  if (props.targets.length < 2) return null
  return (
    <fieldset className={classes['targets']}>
      <legend className="only-heard">{props.label}</legend>
      {props.targets.map((target) => (
        <label key={target.id} className={classes['target']}>
          <input
            type="radio"
            name={props.label}
            checked={target.id === props.current}
            onChange={() => props.onPick(target.id)}
          />
          <span className={classes['targetName']}>
            <PlainText text={target.name ?? '…'} />
          </span>
          {target.face && <StateBadge face={target.face} />}
        </label>
      ))}
    </fieldset>
  )
}
