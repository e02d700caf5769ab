import type { KeptText, KeptTextEnd } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { PlainText } from '../elements/plain-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './kept-texts.module.css'

/**
 * What a relationship or a sighting joins, by the names that the library has, leading to what they name; the ids stand below.
 * @param isInRow links of a row are reached by its page, not by tabbing
 */
export function JoinedEnds({ text, isInRow = false }: { text: KeptText; isInRow?: boolean }) {
  const { from, how, to } = wordsOf(text)
  return (
    <span className={classes['ends']}>
      <span>
        {from && <EndName end={from} isInRow={isInRow} />} <PlainText text={how} />{' '}
        {to && <EndName end={to} isInRow={isInRow} />}
      </span>
      {[from, to].map(
        (end, index) =>
          end &&
          end.name !== null && (
            // Both may be one object.
            // oxlint-disable-next-line react/no-array-index-key
            <code key={index}>
              <PlainText text={end.objectId} />
            </code>
          ),
      )}
    </span>
  )
}

/** What a person would call a kept text. */
export function keptTextTitle(text: KeptText): string {
  if (text.ends.length === 0) return plainText(text.name ?? text.objectId)
  const { from, how, to } = wordsOf(text)
  const nameOf = (end: KeptTextEnd | undefined) => end && (end.name ?? end.objectId)
  return plainText([nameOf(from), how, nameOf(to)].filter((word) => word !== undefined).join(' '))
}

function wordsOf({ relationshipType, ends }: KeptText) {
  const [first, second] = ends
  if (relationshipType === null) return { from: undefined, how: 'sighting of', to: first }
  return { from: first, how: relationshipType, to: second }
}

function EndName({ end: { objectId, name, groupId, indicatorId }, isInRow }: { end: KeptTextEnd; isInRow: boolean }) {
  const shown = <PlainText text={name ?? objectId} />
  const tabIndex = isInRow ? -1 : undefined
  if (groupId !== null)
    return (
      <Link to="/groups/$groupId" params={{ groupId }} tabIndex={tabIndex}>
        {shown}
      </Link>
    )
  if (indicatorId !== null)
    return (
      <Link to="/indicators/$indicatorId" params={{ indicatorId }} tabIndex={tabIndex}>
        {shown}
      </Link>
    )
  return shown
}
