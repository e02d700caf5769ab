import { plainText } from '../format/text-pieces.ts'
import { PlainText } from './plain-text.tsx'
import classes from './short-text.module.css'

interface ShortTextProps {
  /** As somebody else wrote it. */
  text: string
  /** Second to what stands above it. */
  isSoft?: boolean
  /** The console's own words after it, cut with it. */
  children?: React.ReactNode
}

/** A text of a row that may be long: two lines of it at most, all of it in its title. */
export function ShortText({ text, isSoft = false, children }: ShortTextProps) {
  return (
    <span className={classes['short']} data-soft={isSoft || undefined} title={plainText(text)}>
      <PlainText text={text} />
      {children}
    </span>
  )
}
