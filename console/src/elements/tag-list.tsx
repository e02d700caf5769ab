import { plainText } from '../format/text-pieces.ts'
import { PlainText } from './plain-text.tsx'
import classes from './tag-list.module.css'

interface TagListProps {
  tags: readonly string[]
  /** How many are shown, in one line; all in the title. */
  shownMax?: number
}

/** Tags as somebody named them: texts, and never links. */
export function TagList({ tags, shownMax = Infinity }: TagListProps) {
  if (tags.length === 0) return <span title="None">–</span>
  const hidden = tags.length - shownMax
  return (
    <span
      className={classes['tags']}
      data-line={shownMax < Infinity || undefined}
      title={hidden > 0 ? tags.map(plainText).join('\n') : undefined}
    >
      {tags.slice(0, shownMax).map((tag) => (
        <span key={tag} className={classes['tag']} title={plainText(tag)}>
          <PlainText text={tag} />
        </span>
      ))}
      {hidden > 0 && <span className={classes['more']}>+{hidden}</span>}
    </span>
  )
}
