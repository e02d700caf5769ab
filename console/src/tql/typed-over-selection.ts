import { EditorView } from '@codemirror/view'

/**
 * Text over a selection is put in by the editor. The browser would keep the look of what was there by a style of its own, which the
 * content security policy refuses (S13). Quotes and brackets are left to what closes them.
 */
export const typedOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event
    if (inputType !== 'insertText' || data === null || view.composing || /^["'`()]$/.test(data)) return false
    if (view.state.selection.main.empty) return false
    event.preventDefault()
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    return true
  },
})
