import { useState } from 'react'
import { formatCount } from '../format/quantities.ts'
import { shortened } from '../format/shortened.ts'
import { AddressedText } from './addressed-text.tsx'
import classes from './long-text.module.css'
import { PlainText } from './plain-text.tsx'

/** Characters of a text in a table that are shown before the reader asks for the rest. */
const charactersShown = 240

interface LongTextProps {
  text: string
  charactersMax?: number
  copiesAddresses?: boolean
}

/**
 * Somebody else's text of any length: its beginning, and the rest on demand.
 * @param charactersMax of the beginning; fewer where the column is narrow
 * @param copiesAddresses where it may refer to other places: a button copies each address in it
 */
export function LongText({ text, charactersMax = charactersShown, copiesAddresses = false }: LongTextProps) {
  const [isOpen, setOpen] = useState(false)
  const { shown, hidden } = shortened(text, isOpen ? Infinity : charactersMax)
  return (
    <span>
      {copiesAddresses ? <AddressedText text={text} charactersShown={shown.length} /> : <PlainText text={shown} />}
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
