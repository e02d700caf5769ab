import type { TqlObject } from '@postern/intel'
import { Suspense, useRef } from 'react'
import { TqlEditor } from '../tql/lazy-tql-editor.ts'
import type { TqlEditorHandle } from '../tql/tql-editor.tsx'
import type { TqlMistake } from '../tql/tql-mistake.ts'
import { queryLengthMax } from './indicators-search.ts'
import classes from './query-box.module.css'

export interface QueryFieldProps {
  object: TqlObject
  value: string
  mistake: TqlMistake | undefined
  placeholder: string
  onChange: (text: string) => void
  onEnter: () => void
  ref: React.RefObject<TqlEditorHandle | null>
}

/** The editor in one line that grows. Until it has come, a plain field stands there, whose focus and selection it takes over. */
export function QueryField({ ref, value, mistake, placeholder, onChange, onEnter, object }: QueryFieldProps) {
  const left = useRef<{ anchor: number; head: number }>(undefined)
  return (
    <div className={classes['text']}>
      <Suspense
        fallback={
          <textarea
            ref={(field) => {
              if (!field) return undefined
              const handle = { select: () => field.select(), focus: () => field.focus() }
              ref.current = handle
              return () => {
                const isFocused = document.activeElement === field
                left.current = isFocused ? { anchor: field.selectionStart, head: field.selectionEnd } : undefined
                if (ref.current === handle) ref.current = null
              }
            }}
            rows={1}
            aria-label="Query"
            aria-invalid={mistake !== undefined}
            placeholder={placeholder}
            value={value}
            maxLength={queryLengthMax}
            spellCheck={false}
            className={classes['waiting']}
            onChange={(event) => onChange(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur()
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              onEnter()
            }}
          />
        }
      >
        <TqlEditor
          ref={ref}
          label="Query"
          object={object}
          value={value}
          mistake={mistake}
          placeholder={placeholder}
          onChange={onChange}
          onEnter={onEnter}
          lengthMax={queryLengthMax}
          begin={() => left.current}
        />
      </Suspense>
    </div>
  )
}
