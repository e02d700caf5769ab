import type { UseQueryResult } from '@tanstack/react-query'
import { capitalised } from '../format/capitalised.ts'
import { ModalDialog } from './modal-dialog.tsx'
import { ProblemAlert } from './problem-alert.tsx'
import { SkeletonRows } from './skeleton-rows.tsx'

interface ReadFirstDialogProps<Read> {
  title: string
  /** What is read: `the decision`. */
  what: string
  query: UseQueryResult<Read>
  isWide?: boolean
  onClose: () => void
  /** The dialog itself, of what was read. */
  children: (read: Read) => React.ReactNode
}

/** A dialog about something that is read anew before anybody types over it, since the page below it may show what is old. */
export function ReadFirstDialog<Read>({
  title,
  what,
  query,
  isWide = false,
  onClose,
  children,
}: ReadFirstDialogProps<Read>) {
  if (query.data !== undefined) return children(query.data)
  return (
    <ModalDialog title={title} open onClose={onClose} isWide={isWide}>
      {query.isError ? (
        <ProblemAlert what={capitalised(what)} error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonRows label={`Loading ${what}`} rows={6} />
      )}
    </ModalDialog>
  )
}
