import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { rowAfterKey } from './row-after-key.ts'
import { useScrollbarWidth } from './use-scrollbar-width.ts'
import classes from './virtual-table.module.css'

export interface Column<Row> {
  key: string
  header: string
  /** A track of CSS grid: `120px`, `minmax(160px, 2fr)`. */
  width: string
  align?: 'start' | 'end'
  /** Left out where the table is too narrow for all columns and too wide for cards. */
  isSecondary?: boolean
  /** Speaks for itself where a row is a card: no name stands before it. */
  isPlain?: boolean
  render: (row: Row) => React.ReactNode
}

export interface VirtualTableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** How many rows there are in all, where that is known. */
  total?: number | undefined
  /** Called when the reader nears the end of the rows at hand. */
  onEndNear?: (() => void) | undefined
  /** Enter on a row, or a click beside its links. */
  onOpen?: (row: Row) => void
  /** A key on a row that neither moves nor opens. */
  onRowKey?: ((row: Row, key: string) => void) | undefined
}

/** Rows drawn beyond the visible ones, on each side. */
const overscanRows = 12
/** How near to the end, in rows, the next page is asked for. */
const endNearRows = 60

/**
 * A table of any length: only rows in sight are in the page, heights are measured, so long text may wrap. Rows are reached by
 * arrows, Page, Home and End; the row with the focus stays in the page however far one scrolls. When narrow, a row becomes a card.
 */
export function VirtualTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  total,
  onEndNear,
  onOpen,
  onRowKey,
}: VirtualTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const scrollbarWidth = useScrollbarWidth(scroller)
  const [active, setActive] = useState(0)
  const hasFocus = useRef(false)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 34,
    overscan: overscanRows,
    // Rows come from the array that `count` was taken from.
    getItemKey: (index) => rowKey(rows[index]!),
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan)
      const last = Math.min(count - 1, endIndex + overscan)
      const shown = Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
      if (active < first && active < count) shown.unshift(active)
      if (active > last && active < count) shown.push(active)
      return shown
    },
  })
  const items = virtualizer.getVirtualItems()
  const lastShown = virtualizer.range?.endIndex ?? 0

  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - endNearRows) onEndNear?.()
  }, [rows.length, lastShown, onEndNear])

  useEffect(() => {
    if (hasFocus.current) rowElement(scroller.current, active)?.focus({ preventScroll: true })
  }, [active])

  function move(event: React.KeyboardEvent) {
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / 34) - 1)
    const next = rowAfterKey(event.key, active, rows.length, pageRows)
    if (next === undefined) return
    event.preventDefault()
    setActive(next)
    virtualizer.scrollToIndex(next, { align: 'auto' })
  }

  const template = {
    '--columns': trackOf(columns),
    '--columns-few': trackOf(columns.filter((column) => !column.isSecondary)),
  } as React.CSSProperties
  return (
    <div
      role="grid"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      aria-colcount={columns.length}
      className={classes['table']}
      style={template}
    >
      {/* As wide as the rows, so that the columns stand under their names. */}
      <div role="rowgroup" className={classes['head']} style={{ paddingInlineEnd: scrollbarWidth }}>
        <div role="row" aria-rowindex={1} className={classes['row']}>
          {columns.map((column) => (
            <div
              key={column.key}
              role="columnheader"
              className={classes['cell']}
              data-align={column.align}
              data-secondary={column.isSecondary}
            >
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={scroller}
        className={classes['scroller']}
        onFocus={() => (hasFocus.current = true)}
        onBlur={() => (hasFocus.current = false)}
        onKeyDown={move}
      >
        <div role="presentation" className={classes['body']} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            // As above: the virtualizer counts the same rows.
            const row = rows[item.index]!
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                role="row"
                data-index={item.index}
                aria-rowindex={item.index + 2}
                tabIndex={item.index === Math.min(active, rows.length - 1) ? 0 : -1}
                className={classes['row']}
                data-opens={onOpen ? true : undefined}
                style={{ transform: `translateY(${item.start}px)` }}
                onFocus={() => setActive(item.index)}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return
                  if (event.key === 'Enter') {
                    // What it opens may take the focus at once: the same key must not send a form there.
                    event.preventDefault()
                    onOpen?.(row)
                  } else if (!event.ctrlKey && !event.altKey && !event.metaKey) onRowKey?.(row, event.key)
                }}
                onClick={(event) => {
                  if (!isOwnClick(event)) return
                  onOpen?.(row)
                }}
              >
                {columns.map((column) => (
                  <div
                    key={column.key}
                    role="gridcell"
                    className={classes['cell']}
                    data-align={column.align}
                    data-secondary={column.isSecondary}
                    data-header={column.isPlain ? undefined : column.header}
                  >
                    {column.render(row)}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function trackOf<Row>(columns: readonly Column<Row>[]): string {
  return columns.map((column) => column.width).join(' ')
}

function rowElement(scroller: HTMLElement | null, index: number): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null
}

/** Whether a click was meant for the row: not for a link in it, and not the end of selecting text. */
function isOwnClick(event: React.MouseEvent): boolean {
  if (event.target instanceof Element && event.target.closest('a, button')) return false
  return (globalThis.getSelection()?.toString() ?? '') === ''
}
