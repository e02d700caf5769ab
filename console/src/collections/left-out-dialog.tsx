import { Button } from '@mantine/core'
import form from '../elements/form.module.css'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import { type LeftOutQuery, LeftOutTable } from './left-out-table.tsx'

interface LeftOutDialogProps {
  /** What leaves them out: `List edge`. */
  of: string
  query: LeftOutQuery
  tlpMax?: string
  /** Whether it was opened from a count. */
  isCounted?: boolean
  onClose: () => void
}

/** The values behind a count of what is left out, where they have no page of their own. */
export function LeftOutDialog({ of, query, tlpMax, isCounted = false, onClose }: LeftOutDialogProps) {
  return (
    <ModalDialog title={`${of}: left out`} open isWide onClose={onClose}>
      <div className={form['fields']}>
        <LeftOutTable query={query} tlpMax={tlpMax} isCounted={isCounted} />
        <div className={form['actions']}>
          <Button size="xs" variant="default" onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </ModalDialog>
  )
}

interface ShowWhichProps {
  onClick: () => void
  disabled?: boolean
  /** Where no count stands before it. */
  children?: string
}

/** Beside a count, opens what it counts. */
export function ShowWhich({ children = 'Show which', ...props }: ShowWhichProps) {
  return (
    <Button size="compact-xs" variant="default" {...props}>
      {children}
    </Button>
  )
}
