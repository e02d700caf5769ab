import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { Compartment, EditorState, type Range, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, placeholder } from '@codemirror/view'
import type { TqlObject } from '@postern/intel'
import { useEffect, useEffectEvent, useRef } from 'react'
import { styleNonce } from '../app/style-nonce.ts'
import { tqlCompletion } from './tql-completion.ts'
import { tqlEditorTheme } from './tql-editor-theme.ts'
import type { TqlMistake } from './tql-mistake.ts'
import { tqlWords } from './tql-words.ts'

interface TqlEditorProps {
  label: string
  /** Of the element that tells the mistake in words. */
  describedBy: string
  value: string
  object: TqlObject
  mistake: TqlMistake | undefined
  onChange: (tql: string) => void
}

/** CodeMirror with TQL: colours, completion (Ctrl and Space, or while writing), and the mistake underlined where it is. */
export function TqlEditor({ label, describedBy, value, object, mistake, onChange }: TqlEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const aria = useRef(new Compartment())
  const tell = useEffectEvent((text: string) => {
    if (text !== value) onChange(text)
  })
  const initial = useRef(value)

  useEffect(() => {
    if (!place.current) return undefined
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          EditorView.cspNonce.of(styleNonce()),
          history(),
          closeBrackets(),
          autocompletion({ override: [tqlCompletion(object)], icons: false, maxRenderedOptions: 60 }),
          // Tab leaves the editor, as it leaves every other field.
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
          EditorView.lineWrapping,
          typedOverSelection,
          placeholder('typeName in ("Address", "Host") and rating >= 3'),
          colours,
          mistakeField,
          aria.current.of([]),
          tqlEditorTheme,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => {
      made.destroy()
      view.current = undefined
    }
  }, [object])

  useEffect(() => {
    const shown = view.current
    if (!shown || shown.state.doc.toString() === value) return
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    view.current?.dispatch({ effects: setMistake.of(mistake) })
  }, [mistake])

  useEffect(() => {
    const attributes = {
      'aria-label': label,
      'aria-invalid': String(mistake !== undefined && !mistake.isAtEnd),
      'aria-describedby': describedBy,
      spellcheck: 'false',
      autocapitalize: 'off',
    }
    view.current?.dispatch({ effects: aria.current.reconfigure(EditorView.contentAttributes.of(attributes)) })
  }, [label, mistake, describedBy])

  return <div ref={place} data-wrong={(mistake !== undefined && !mistake.isAtEnd) || undefined} />
}

/**
 * Text over a selection is put in by the editor. The browser would keep the look of what was there by a style of its own, which the
 * content security policy refuses (S13). Quotes and brackets are left to what closes them.
 */
const typedOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event
    if (inputType !== 'insertText' || data === null || view.composing || /^["'`()]$/.test(data)) return false
    if (view.state.selection.main.empty) return false
    event.preventDefault()
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    return true
  },
})

const setMistake = StateEffect.define<TqlMistake | undefined>()

const mistakeMark = Decoration.mark({ class: 'tql-mistake' })

const mistakeField = StateField.define<DecorationSet>({
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

const colours = EditorView.decorations.compute(['doc'], (state) => {
  const marks: Range<Decoration>[] = tqlWords(state.doc.sliceString(0, colouredMax)).map(({ from, to, kind }) =>
    Decoration.mark({ class: `tql-${kind}` }).range(from, to),
  )
  return Decoration.set(marks)
})
