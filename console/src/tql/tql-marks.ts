import { type EditorState, type Range, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import type { TqlMistake } from './tql-mistake.ts'
import { tqlWords } from './tql-words.ts'

/** The mistake to underline; none where it is undefined. */
export const setMistake = StateEffect.define<TqlMistake | undefined>()

const mistakeMark = Decoration.mark({ class: 'tql-mistake' })

export const mistakeMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes)
    for (const effect of transaction.effects) if (effect.is(setMistake)) next = marksOf(effect.value, transaction.state)
    return next
  },
  provide: (field) => EditorView.decorations.from(field),
})

function marksOf(mistake: TqlMistake | undefined, state: EditorState): DecorationSet {
  if (mistake === undefined) return Decoration.none
  const to = Math.min(mistake.to, state.doc.length)
  return mistake.from < to ? Decoration.set(mistakeMark.range(mistake.from, to)) : Decoration.none
}

/** Characters that are coloured; a query of a megabyte is a list of values that nobody reads in colour. */
const colouredMax = 20_000

export const wordColours = EditorView.decorations.compute(['doc'], (state) => {
  const marks: Range<Decoration>[] = tqlWords(state.doc.sliceString(0, colouredMax)).map(({ from, to, kind }) =>
    Decoration.mark({ class: `tql-${kind}` }).range(from, to),
  )
  return Decoration.set(marks)
})
