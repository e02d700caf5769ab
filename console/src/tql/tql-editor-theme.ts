import { EditorView } from '@codemirror/view'

/** The editor in the console's own colours, which follow the theme by themselves. */
export const tqlEditorTheme = EditorView.theme({
  '&': { color: 'var(--ink)', fontSize: '13.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-code)' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-placeholder': { color: 'var(--ink-soft)' },
  '.tql-text': { color: 'var(--good)' },
  '.tql-number': { color: 'var(--busy)' },
  '.tql-joiner': { color: 'var(--doubt)', fontWeight: '600' },
  '.tql-operator': { color: 'var(--ink-soft)' },
  '.tql-keyword': { color: 'var(--accent)' },
  '.tql-mistake': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    boxShadow: '0 10px 32px rgb(0 0 0 / 22%)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-code)', maxWidth: 'min(560px, 88vw)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '4px 10px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--surface)' },
  '.cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail': { color: 'var(--surface)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': {
    color: 'var(--ink-soft)',
    fontFamily: 'var(--font-text)',
    fontStyle: 'normal',
    fontSize: '12.5px',
  },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
})

/** A field of its own, several lines high. */
export const tqlBlockTheme = EditorView.theme({
  '&': {
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface)',
  },
  '&.cm-focused': { borderColor: 'var(--focus)', boxShadow: 'inset 0 0 0 1px var(--focus)' },
  '.cm-scroller': { minHeight: '92px', maxHeight: '340px', lineHeight: '21px' },
  '.cm-content': { padding: '8px 4px' },
})

/** One line that grows, within a box that has its own frame. */
export const tqlLineTheme = EditorView.theme({
  '.cm-scroller': { maxHeight: '10.5em', lineHeight: '20px' },
  '.cm-content': { padding: '7px 4px' },
})
