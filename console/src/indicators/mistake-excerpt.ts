/** The line of a query that has a mistake, taken apart at it; `…` stands for what is cut off. */
export interface MistakeExcerpt {
  before: string
  /** The wrong character; empty at the end of the query, where something is missing. */
  wrong: string
  after: string
}

const beforeMax = 60
const afterMax = 40

/** @param position offset in UTF-16 units, as the hub says it */
export function mistakeExcerpt(query: string, position: number): MistakeExcerpt {
  const at = Math.min(Math.max(position, 0), query.length)
  const wrong = lineBreak.test(query[at] ?? '\n') ? '' : String.fromCodePoint(query.codePointAt(at) ?? 0)
  const before = query.slice(0, at).split(lineBreak).at(-1) ?? ''
  const after = query.slice(at + wrong.length).split(lineBreak)[0] ?? ''
  return {
    before: before.length > beforeMax ? `…${before.slice(-beforeMax)}` : before,
    wrong,
    after: after.length > afterMax ? `${after.slice(0, afterMax)}…` : after,
  }
}

const lineBreak = /[\r\n]/
