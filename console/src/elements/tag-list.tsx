import { useState } from 'react'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { PlainText } from './plain-text.tsx'
import classes from './tag-list.module.css'

interface TagListProps {
  tags: readonly string[]
  /** How many are shown, in one line, and the first hundred in the title. Without it all are shown, very many of them when they are asked for. */
  shownMax?: number
}

/** More than a person looks through; a source may give an indicator thousands. */
const foldedAbove = 100

/** Tags as somebody named them: texts, and never links. */
export function TagList({ tags, shownMax }: TagListProps) {
  const [isUnfolded, setUnfolded] = useState(false)
  if (tags.length === 0) return <span title="None">–</span>
  const isLine = shownMax !== undefined
  const shown = tags.slice(0, shownMax ?? (isUnfolded ? tags.length : foldedAbove))
  const hidden = tags.length - shown.length
  return (
    <span
      className={classes['tags']}
      data-line={isLine || undefined}
      title={isLine && hidden > 0 ? tags.slice(0, foldedAbove).map(plainText).join('\n') : undefined}
    >
      {shown.map((tag) => (
        <span key={tag} className={classes['tag']} title={plainText(tag)}>
          <PlainText text={tag} />
        </span>
      ))}
      {hidden > 0 && isLine && <span className={classes['more']}>+{hidden}</span>}
      {hidden > 0 && !isLine && (
        <button type="button" className={classes['unfold']} onClick={() => setUnfolded(true)}>
          Show {formatCountOf(hidden, 'more tag')}
        </button>
      )}
    </span>
  )
}
