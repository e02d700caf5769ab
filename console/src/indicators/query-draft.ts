import { useState } from 'react'
import { ApiProblem } from '../api/api.ts'

/** What stands in the box: the query of the address until somebody writes, and again when the address changes. */
export function useDraft(tql: string) {
  const [draft, setDraft] = useState(tql)
  const [known, setKnown] = useState(tql)
  if (known !== tql) {
    setKnown(tql)
    setDraft(tql)
  }
  return [draft, setDraft] as const
}

/** A refusal of the query itself, which is shown where it is wrong; anything else is the table's to say. */
export function mistakeIn(error: Error | null): ApiProblem | undefined {
  return error instanceof ApiProblem && error.position !== undefined ? error : undefined
}
