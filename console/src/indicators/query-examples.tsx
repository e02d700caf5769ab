import { Button } from '@mantine/core'
import { useId, useRef, useState } from 'react'
import { rowAfterKey } from '../elements/row-after-key.ts'
import classes from './query-box.module.css'
import type { QueryExample } from './query-example-list.ts'

interface QueryExamplesProps {
  examples: readonly QueryExample[]
  onChoose: (tql: string) => void
}

/** A list of examples over the page: choosing one searches for it. */
export function QueryExamples({ examples, onChoose }: QueryExamplesProps) {
  const panel = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [place, setPlace] = useState<React.CSSProperties>({})

  function open() {
    const box = button.current?.getBoundingClientRect()
    // Ends where the button ends, so that it stays in sight at the right edge of a narrow window.
    if (box) setPlace({ top: box.bottom + 4, right: Math.max(12, document.documentElement.clientWidth - box.right) })
    panel.current?.showPopover()
    itemsOf(panel.current)[0]?.focus()
  }

  function move(event: React.KeyboardEvent) {
    const items = itemsOf(panel.current)
    const next = rowAfterKey(
      event.key,
      items.indexOf(document.activeElement as HTMLElement),
      items.length,
      items.length,
    )
    if (next === undefined) return
    event.preventDefault()
    items[next]?.focus()
  }

  return (
    <>
      <Button
        ref={button}
        size="sm"
        variant="default"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => (isOpen ? panel.current?.hidePopover() : open())}
      >
        Examples
      </Button>
      <div
        ref={panel}
        id={id}
        role="menu"
        tabIndex={-1}
        aria-label="Examples of queries"
        popover="auto"
        className={classes['panel']}
        style={place}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={move}
      >
        {examples.map(({ tql, means }) => (
          <button
            key={tql}
            type="button"
            role="menuitem"
            className={classes['example']}
            onClick={() => {
              panel.current?.hidePopover()
              onChoose(tql)
            }}
          >
            <code>{tql}</code>
            {means}
          </button>
        ))}
      </div>
    </>
  )
}

function itemsOf(panel: HTMLElement | null): HTMLElement[] {
  return [...(panel?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
}
