import { type BadgeFace, StateBadge } from './state-badge.tsx'
import type { Column } from './virtual-table.tsx'

/** The column that says how each row stands, by a badge. @param width of the column: that of the widest word */
export function stateColumn<Row>(faceOf: (row: Row) => BadgeFace, width: string, header = 'State'): Column<Row> {
  return {
    key: 'state',
    header,
    width,
    isPlain: true,
    // In a line of its own: the badge is as wide as its word, not as the column.
    render: (row) => (
      <span>
        <StateBadge face={faceOf(row)} />
      </span>
    ),
  }
}
