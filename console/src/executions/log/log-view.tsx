import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { followsAfter } from './follow-tail.ts'
import { lineKey, type LogRow } from './log-lines.ts'
import { LogLineRow } from './log-line-row.tsx'
import classes from './log-view.module.css'

interface LogViewProps {
  rows: readonly LogRow[]
  /** Changes whenever `rows` may have: the array itself grows in place. */
  version: unknown
  search: string
  /** The row that the search stands on, or -1. */
  current: number
  follows: boolean
  onFollows: (follows: boolean) => void
}

/** Milliseconds after a wheel turn, touch or key within which scrolling counts as the person's doing. */
const handMs = 400
/** How much of the view Page Up and Page Down move by. */
const pageShare = 0.9

/** The lines in sight of a log of any length, and its end held in sight while following. */
export function LogView({ rows, version, search, current, follows, onFollows }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const handAtMs = useRef(-Infinity)
  const lastTop = useRef(0)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 21,
    overscan: 30,
    // Rows come from the array that `count` was taken from.
    getItemKey: (index) => lineKey(rows[index]!),
  })
  const totalSize = virtualizer.getTotalSize()
  const open = useCallback((key: string) => setOpened((before) => new Set(before).add(key)), [])

  useLayoutEffect(() => {
    const element = scroller.current
    if (follows && element) element.scrollTop = element.scrollHeight
  }, [follows, totalSize, version])

  useEffect(() => {
    if (current >= 0) virtualizer.scrollToIndex(current, { align: 'center' })
  }, [current, virtualizer])

  function touched() {
    handAtMs.current = performance.now()
  }

  /** By our own hand and at once: the browser's animated jump would stop wherever a long line is measured on the way. */
  function jump(event: React.KeyboardEvent<HTMLDivElement>) {
    touched()
    const element = event.currentTarget
    if (event.target !== element || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key === 'End') onFollows(true)
    else if (event.key === 'Home') element.scrollTop = 0
    else if (event.key === 'PageDown') element.scrollTop += element.clientHeight * pageShare
    else if (event.key === 'PageUp') element.scrollTop -= element.clientHeight * pageShare
    else return
    event.preventDefault()
  }

  function scrolled(event: React.UIEvent<HTMLDivElement>) {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
    const next = followsAfter(follows, {
      byPerson: performance.now() - handAtMs.current < handMs,
      movedPx: scrollTop - lastTop.current,
      distanceFromEndPx: scrollHeight - scrollTop - clientHeight,
    })
    lastTop.current = scrollTop
    if (next !== follows) onFollows(next)
  }

  return (
    <div
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label="Log lines"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
      tabIndex={0}
      className={classes['view']}
      onScroll={scrolled}
      onWheel={touched}
      onTouchMove={touched}
      onKeyDown={jump}
      onPointerDown={touched}
      onPointerMove={(event) => {
        // Dragging the scroll bar.
        if (event.buttons !== 0) touched()
      }}
    >
      <div className={classes['body']} style={{ height: totalSize }}>
        {virtualizer.getVirtualItems().map((item) => {
          // As above: the virtualizer counts the same rows.
          const row = rows[item.index]!
          const before = rows[item.index - 1]
          return (
            <LogLineRow
              key={item.key}
              measure={virtualizer.measureElement}
              index={item.index}
              startPx={item.start}
              row={row}
              beginsAttempt={before ? before.attempt !== row.attempt : row.attempt > 1}
              search={search}
              isCurrent={item.index === current}
              isOpen={opened.has(lineKey(row))}
              onOpen={open}
            />
          )
        })}
      </div>
    </div>
  )
}
