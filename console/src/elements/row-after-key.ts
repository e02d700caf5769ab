/** The row that a key leads to from the active one, or nothing where the key does not move. */
export function rowAfterKey(key: string, active: number, rows: number, pageRows: number): number | undefined {
  if (rows === 0) return undefined
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + pageRows,
    PageUp: active - pageRows,
    Home: 0,
    End: rows - 1,
  }
  const next = Object.hasOwn(moves, key) ? moves[key] : undefined
  return next === undefined ? undefined : Math.min(Math.max(next, 0), rows - 1)
}
