import { useState } from 'react'
import { formatCount } from '../format/quantities.ts'
import { shortened } from '../format/shortened.ts'
import classes from './long-text.module.css'
import { PlainText } from './plain-text.tsx'

/** Characters of a text in a table that are shown before the reader asks for the rest. */
const charactersShown = 240

/**
 * Somebody else's text of any length: its beginning, and the rest on demand.
 * @param charactersMax of the beginning; fewer where the column is narrow
 */
export function LongText({ text, charactersMax = charactersShown }: { text: string; charactersMax?: number }) {
  const [isOpen, setOpen] = useState(false)
  const { shown, hidden } = shortened(text, isOpen ? Infinity : charactersMax)
  return (
    <span>
      <PlainText text={shown} />
      {hidden > 0 && <MoreButton hidden={hidden} onOpen={() => setOpen(true)} />}
    </span>
  )
}

export function MoreButton({ hidden, onOpen }: { hidden: number; onOpen: () => void }) {
  return (
    <button type="button" className={classes['more']} onClick={onOpen}>
      … {formatCount(hidden)} more {hidden === 1 ? 'character' : 'characters'}
    </button>
  )
}
