import classes from './tlp-label.module.css'

/** A level of the Traffic Light Protocol, written and coloured as FIRST asks for (TLP 2.0): on black, in both themes. */
export function TlpLabel({ level }: { level: string | null }) {
  if (level === null) return <span title="No TLP label">–</span>
  return (
    <span className={classes['label']} data-level={level}>
      TLP:{level}
    </span>
  )
}
