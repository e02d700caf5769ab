import { Button } from '@mantine/core'
import type { TqlObject } from '@postern/intel'
import { useMemo, useRef } from 'react'
import type { ApiProblem } from '../api/api.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { Icon } from '../elements/icon.tsx'
import type { TqlEditorHandle } from '../tql/tql-editor.tsx'
import { mistakeAt } from '../tql/tql-mistake.ts'
import classes from './query-box.module.css'
import { type QueryExample, queryExamples } from './query-example-list.ts'
import { QueryExamples } from './query-examples.tsx'
import { QueryField } from './query-field.tsx'

interface QueryBoxProps {
  /** What the query finds. */
  object?: TqlObject
  draft: string
  onDraft: (text: string) => void
  onSearch: (text: string) => void
  /** The query that was searched for, and what the hub says is wrong with it. */
  searched: string
  mistake: ApiProblem | undefined
  placeholder?: string
  examples?: readonly QueryExample[]
}

/** Where a query is written, with completion: Enter searches, Shift and Enter begins a line, `/` leads here from anywhere on the page. */
export function QueryBox({
  object = 'indicator',
  draft,
  onDraft,
  onSearch,
  searched,
  mistake,
  placeholder = 'A query in TQL, or values to look up',
  examples = queryExamples,
}: QueryBoxProps) {
  const field = useRef<TqlEditorHandle>(null)
  useShortcut('search', () => field.current?.select())
  const isUnchanged = draft === searched
  const shown = useMemo(
    () =>
      mistake && isUnchanged
        ? { ...mistakeAt(searched, mistake.position ?? 0, mistake.detail), isAtEnd: false }
        : undefined,
    [mistake, isUnchanged, searched],
  )
  return (
    <form
      role="search"
      className={classes['box']}
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(draft)
      }}
    >
      <div className={classes['field']} data-wrong={shown !== undefined || undefined}>
        <span className={classes['icon']}>
          <Icon name="search" />
        </span>
        <QueryField
          ref={field}
          object={object}
          value={draft}
          mistake={shown}
          placeholder={placeholder}
          onChange={onDraft}
          onEnter={() => onSearch(draft)}
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
