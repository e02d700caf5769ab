import { Fragment } from 'react'
import { textPieces } from '../format/text-pieces.ts'
import classes from './plain-text.module.css'

/**
 * Text that somebody else wrote: a value, a log line, a name. It is only ever text (S13): isolated from its surroundings'
 * direction, written left to right, with unusual characters named instead of obeyed; `highlight` marks what a search found.
 */
export function PlainText({ text, highlight = '' }: { text: string; highlight?: string }) {
  return (
    <bdi dir="ltr" className={classes['text']}>
      {textPieces(text).map((piece, index) =>
        piece.kind === 'named' ? (
          // Pieces have no identity of their own and are never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} className={classes['named']}>
            {piece.text}
          </span>
        ) : (
          <Fragment key={index}>
            {highlight === '' ? piece.text : <Marked text={piece.text} highlight={highlight} />}
          </Fragment>
        ),
      )}
    </bdi>
  )
}

function Marked({ text, highlight }: { text: string; highlight: string }) {
  const parts: React.ReactNode[] = []
  const haystack = text.toLowerCase()
  const needle = highlight.toLowerCase()
  // Lower case may change a text's length (İ), which would shift the marks: then nothing is marked.
  if (haystack.length !== text.length) return text
  let from = 0
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + needle.length)}</mark>)
    from = at + needle.length
  }
  parts.push(text.slice(from))
  return parts
}
