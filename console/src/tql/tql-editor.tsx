import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import type { TqlObject } from '@postern/intel'
import { useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useRef } from 'react'
import { styleNonce } from '../app/style-nonce.ts'
import { tqlCompletion } from './tql-completion.ts'
import { tqlBlockTheme, tqlEditorTheme, tqlLineTheme } from './tql-editor-theme.ts'
import type { TqlMistake } from './tql-mistake.ts'
import { mistakeMarks, setMistake, wordColours } from './tql-marks.ts'
import { typedOverSelection } from './typed-over-selection.ts'

interface TqlEditorProps {
  label: string
  /** Of the element that tells the mistake in words. */
  describedBy?: string | undefined
  value: string
  object: TqlObject
  mistake: TqlMistake | undefined
  placeholder?: string
  onChange: (tql: string) => void
  /** Enter does it, in a box of one line that grows; Shift and Enter begins a line there. Without it Enter begins a line. */
  onEnter?: () => void
  /** What was selected in the field that it takes the place of; undefined where that had not the focus. */
  begin?: () => { anchor: number; head: number } | undefined
  ref?: React.Ref<TqlEditorHandle>
}

export interface TqlEditorHandle {
  /** Takes the focus, with all of the query selected. */
  select: () => void
  focus: () => void
}

/** CodeMirror with TQL: colours, completion (Ctrl and Space, or while writing), and the mistake underlined where it is. */
export function TqlEditor({
  label,
  describedBy,
  value,
  object,
  mistake,
  placeholder: example = 'typeName in ("Address", "Host") and rating >= 3',
  onChange,
  onEnter,
  begin,
  ref,
}: TqlEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const aria = useRef(new Compartment())
  const tell = useEffectEvent((text: string) => {
    if (text !== value) onChange(text)
  })
  const enter = useEffectEvent((editor: EditorView) => {
    // Offers that are still on their way would come over what was found, and take the next Escape for themselves.
    closeCompletion(editor)
    onEnter?.()
    return true
  })
  const ariaNow = useEffectEvent(() => EditorView.contentAttributes.of(ariaOf({ label, describedBy, mistake })))
  const initial = useRef({ value, example, begin, isLine: onEnter !== undefined })
  useImperativeHandle(ref, () => ({
    select: () => {
      view.current?.focus()
      view.current?.dispatch({ selection: { anchor: 0, head: view.current.state.doc.length } })
    },
    focus: () => view.current?.focus(),
  }))

  // Before anything is painted: a key that is pressed while the editor comes must find it.
  useLayoutEffect(() => {
    if (!place.current) return undefined
    const { value: doc, isLine, ...first } = initial.current
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc,
        extensions: [
          EditorView.cspNonce.of(styleNonce()),
          history(),
          closeBrackets(),
          // In a box Enter searches, unless somebody went down to one of the offers.
          autocompletion({
            override: [tqlCompletion(object)],
            icons: false,
            maxRenderedOptions: 60,
            selectOnOpen: !isLine,
            // Where nothing is taken by accident, a key counts from when the offers are there.
            ...(isLine && { interactionDelay: 0 }),
          }),
          isLine
            ? keymap.of([
                { key: 'Enter', run: enter },
                { key: 'Escape', run: leave },
              ])
            : [],
          // Tab leaves the editor, as it leaves every other field.
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
          EditorView.lineWrapping,
          typedOverSelection,
          placeholder(first.example),
          wordColours,
          mistakeMarks,
          aria.current.of(ariaNow()),
          tqlEditorTheme,
          isLine ? tqlLineTheme : tqlBlockTheme,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    const selection = first.begin?.()
    if (selection) {
      made.focus()
      made.dispatch({ selection })
    }
    return () => {
      made.destroy()
      view.current = undefined
    }
  }, [object])

  useLayoutEffect(() => {
    const shown = view.current
    if (!shown || shown.state.doc.toString() === value) return
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    const shown = view.current
    if (!shown) return
    // Whoever wrote it goes on where it is wrong.
    const goes = initial.current.isLine && mistake !== undefined && shown.hasFocus
    shown.dispatch({
      effects: setMistake.of(mistake),
      ...(goes && { selection: { anchor: Math.min(mistake.from, shown.state.doc.length) } }),
    })
  }, [mistake])

  useEffect(() => {
    view.current?.dispatch({ effects: aria.current.reconfigure(ariaNow()) })
  }, [label, mistake, describedBy])

  return <div ref={place} data-wrong={isWrong(mistake) || undefined} />
}

function ariaOf({ label, describedBy, mistake }: Pick<TqlEditorProps, 'label' | 'describedBy' | 'mistake'>) {
  return {
    'aria-label': label,
    'aria-invalid': String(isWrong(mistake)),
    ...(describedBy !== undefined && { 'aria-describedby': describedBy }),
    spellcheck: 'false',
    autocapitalize: 'off',
  }
}

function isWrong(mistake: TqlMistake | undefined): boolean {
  return mistake !== undefined && !mistake.isAtEnd
}

function leave(view: EditorView): boolean {
  view.contentDOM.blur()
  return true
}
