import classes from './tlp-label.module.css'

interface TlpLabelProps {
  level: string | null
  /** Under a heading that says TLP already. */
  isShort?: boolean
}

/** A level of the Traffic Light Protocol, written and coloured as FIRST asks for (TLP 2.0): on black, in both themes. */
export function TlpLabel({ level, isShort = false }: TlpLabelProps) {
  if (level === null) return <span title="No TLP label">–</span>
  return (
    <span className={classes['label']} data-level={level}>
      <span className={isShort ? 'only-heard' : undefined}>TLP:</span>
      {level}
    </span>
  )
}
