import { ActionMenu, type MenuAction } from './action-menu.tsx'
import type { Column } from './virtual-table.tsx'

/** The last column of a table: a menu of what can be done with each row. */
export function actionColumn<Row>(
  labelOf: (row: Row) => string,
  actionsOf: (row: Row) => readonly MenuAction[],
): Column<Row> {
  return {
    key: 'actions',
    header: '',
    width: '46px',
    isPlain: true,
    render: (row) => <ActionMenu label={labelOf(row)} actions={actionsOf(row)} />,
  }
}
