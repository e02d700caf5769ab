import { useState } from 'react'
import { ApiProblem, type Tagged } from './api.ts'

/**
 * What is typed over something stored. What others save meanwhile takes its place as long as nothing is typed; afterwards the form is
 * outdated, and whoever types decides which of the two holds.
 * @param newest as it was read last
 */
export function useEdited<Stored, Draft>(newest: Tagged<Stored>, draftOf: (stored: Stored) => Draft) {
  const [base, setBase] = useState(newest)
  const [draft, setDraft] = useState(() => draftOf(newest.content))
  const [savedTag, setSavedTag] = useState<string>()
  const isTyped = !isSame(draft, draftOf(base.content))
  const isBehind = !isSame(newest, base)
  const isOwn = newest.tag !== undefined && newest.tag === savedTag
  const takeNewest = () => {
    setBase(newest)
    setDraft(draftOf(newest.content))
  }
  if (isBehind && (isOwn || !isTyped)) takeNewest()
  return {
    /** What the draft is held against. */
    stored: base.content,
    /** What a write may replace. */
    ifMatch: base.tag,
    draft,
    setDraft,
    undo: () => setDraft(draftOf(base.content)),
    isOutdated: isBehind && isTyped && !isOwn,
    takeNewest,
    keepDraft: () => setBase(newest),
    /** After a write, with its answer. */
    onSaved: ({ tag }: Tagged<unknown>) => setSavedTag(tag),
  }
}

/** What a write ended with, where it is not that others changed what it would have replaced: the form shows that by itself. */
export function otherThanOutdated(error: unknown, isShown: boolean): unknown {
  return isShown && isOutdated(error) ? null : error
}

export function isOutdated(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'outdated'
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
