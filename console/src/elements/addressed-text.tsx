import { Fragment, useMemo } from 'react'
import { addressPieces } from '../format/address-pieces.ts'
import { plainText } from '../format/text-pieces.ts'
import { CopyButton } from './copy-button.tsx'
import { PlainText } from './plain-text.tsx'

/** Addresses with a button; a list of thousands is copied as a text. */
const buttonsMax = 100

/**
 * The beginning of somebody else's text, with a button behind each address that copies it: a click must not lead to where a stranger wants
 * it (S13).
 */
export function AddressedText({ text, charactersShown }: { text: string; charactersShown: number }) {
  const pieces = useMemo(() => placed(text), [text])
  return pieces.map(({ text: piece, at, addressNumber }) => {
    if (at >= charactersShown) return null
    const isWhole = at + piece.length <= charactersShown
    return (
      <Fragment key={at}>
        <PlainText text={piece.slice(0, charactersShown - at)} />
        {addressNumber !== undefined && addressNumber <= buttonsMax && isWhole && (
          <CopyButton text={piece} label={`Copy ${plainText(piece)}`} />
        )}
      </Fragment>
    )
  })
}

/** With the place where each begins. */
function placed(text: string): { text: string; at: number; addressNumber: number | undefined }[] {
  let at = 0
  let addresses = 0
  return addressPieces(text).map((piece) => {
    const begins = at
    at += piece.text.length
    if (piece.isAddress) addresses += 1
    return { text: piece.text, at: begins, addressNumber: piece.isAddress ? addresses : undefined }
  })
}
