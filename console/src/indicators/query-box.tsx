import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useShortcut } from '../app/shortcuts.ts'
import { Icon } from '../elements/icon.tsx'
import { queryLengthMax } from './indicators-search.ts'
import classes from './query-box.module.css'
import { type QueryExample, queryExamples } from './query-example-list.ts'
import { QueryExamples } from './query-examples.tsx'

interface QueryBoxProps {
  draft: string
  onDraft: (text: string) => void
  onSearch: (text: string) => void
  /** Offset of a mistake in the query that was searched for. */
  mistakeAt: number | undefined
  placeholder?: string
  examples?: readonly QueryExample[]
}

/** Where a query is written: Enter searches, Shift and Enter begins a line, `/` leads here from anywhere on the page. */
export function QueryBox({
  draft,
  onDraft,
  onSearch,
  mistakeAt,
  placeholder = 'A query in TQL, or values to look up',
  examples = queryExamples,
}: QueryBoxProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  useShortcut('search', () => field.current?.select())
  useEffect(() => {
    if (mistakeAt === undefined || document.activeElement !== field.current) return
    field.current?.setSelectionRange(mistakeAt, mistakeAt)
  }, [mistakeAt])
  return (
    <form
      role="search"
      className={classes['box']}
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(draft)
      }}
    >
      <div className={classes['field']} data-wrong={mistakeAt !== undefined || undefined}>
        <span className={classes['icon']}>
          <Icon name="search" />
        </span>
        <textarea
          ref={field}
          rows={1}
          aria-label="Query"
          aria-invalid={mistakeAt !== undefined}
          placeholder={placeholder}
          value={draft}
          maxLength={queryLengthMax}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          className={classes['text']}
          onChange={(event) => onDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            onSearch(draft)
          }}
        />
        {draft !== '' && (
          <button
            type="button"
            className={classes['clear']}
            aria-label="Clear the query"
            title="Clear the query"
            onClick={() => {
              onSearch('')
              field.current?.focus()
            }}
          >
            <Icon name="cross" size={13} />
          </button>
        )}
      </div>
      <Button type="submit" size="sm">
        Search
      </Button>
      <QueryExamples examples={examples} onChoose={onSearch} />
    </form>
  )
}
