import { EditorView } from '@codemirror/view'

/**
 * Text over a selection is put in by the editor. The browser would keep the look of what was there by a style of its own, which the
 * content security policy refuses (S13). What is selected the page says: a script, or a quick hand, may be ahead of the editor's own
 * count. Quotes and brackets are left to what closes them.
 */
export const typedOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event
    if (inputType !== 'insertText' || data === null || view.composing || /^["'`()]$/.test(data)) return false
    const selected = view.contentDOM.ownerDocument.getSelection()
    const range = event.getTargetRanges()[0] ?? (selected?.rangeCount ? selected.getRangeAt(0) : undefined)
    if (!range || range.collapsed) return false
    event.preventDefault()
    const from = view.posAtDOM(range.startContainer, range.startOffset)
    const to = view.posAtDOM(range.endContainer, range.endOffset)
    view.dispatch({
      changes: { from, to, insert: data },
      selection: { anchor: from + data.length },
      userEvent: 'input.type',
      scrollIntoView: true,
    })
    return true
  },
})
