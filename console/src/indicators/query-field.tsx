import type { TqlObject } from '@postern/intel'
import { Suspense, useRef } from 'react'
import { TqlEditor } from '../tql/lazy-tql-editor.ts'
import type { TqlEditorHandle } from '../tql/tql-editor.tsx'
import type { TqlMistake } from '../tql/tql-mistake.ts'
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
export function QueryField({ ref, ...field }: QueryFieldProps) {
  const { value, mistake, placeholder, onChange, onEnter } = field
  const left = useRef<{ anchor: number; head: number }>(undefined)
  return (
    <div className={classes['text']}>
      <Suspense
        fallback={
          <textarea
            ref={(input) => {
              if (!input) return undefined
              const handle = { select: () => input.select(), focus: () => input.focus() }
              ref.current = handle
              return () => {
                const isFocused = document.activeElement === input
                left.current = isFocused ? { anchor: input.selectionStart, head: input.selectionEnd } : undefined
                if (ref.current === handle) ref.current = null
              }
            }}
            rows={1}
            aria-label="Query"
            aria-invalid={mistake !== undefined}
            placeholder={placeholder}
            value={value}
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
        <TqlEditor {...field} ref={ref} label="Query" begin={() => left.current} />
      </Suspense>
    </div>
  )
}
