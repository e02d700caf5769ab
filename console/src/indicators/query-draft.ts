import { useState } from 'react'
import { ApiProblem } from '../api/api.ts'

/**
 * What stands in a box: what the address asks for until somebody writes, and again when the address changes; but not when that only
 * brings what was searched for from here, since somebody may have written on meanwhile.
 */
export function useDraft<Asked>(asked: Asked) {
  const [draft, setDraft] = useState(asked)
  const [known, setKnown] = useState(asked)
  const [sought, setSought] = useState(asked)
  if (known !== asked) {
    setKnown(asked)
    if (asked !== sought) setDraft(asked)
    setSought(asked)
  }
  function seek(wanted: Asked) {
    setDraft(wanted)
    setSought(wanted)
  }
  return { draft, setDraft, seek }
}

/** A refusal of the query itself, which is shown where it is wrong; anything else is the table's to say. */
export function mistakeIn(error: Error | null): ApiProblem | undefined {
  return error instanceof ApiProblem && error.position !== undefined ? error : undefined
}
